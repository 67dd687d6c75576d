/**
 * Request codes that rmqdev sends or receives.
 * Source: remoting/.../protocol/RequestCode.java (4.4.0: common/.../protocol/RequestCode.java).
 * A code without a version exists since 4.4.0. 4.4.0 and 4.5.1 never answer a code that they do not know; 4.9.7 and 5.x answer 3.
 */
export const RequestCode = {
  SEND_MESSAGE: 10,
  PULL_MESSAGE: 11,
  QUERY_CONSUMER_OFFSET: 14,
  UPDATE_CONSUMER_OFFSET: 15,
  UPDATE_AND_CREATE_TOPIC: 17,
  GET_ALL_TOPIC_CONFIG: 21,
  UPDATE_BROKER_CONFIG: 25,
  GET_BROKER_CONFIG: 26,
  GET_BROKER_RUNTIME_INFO: 28,
  SEARCH_OFFSET_BY_TIMESTAMP: 29,
  GET_MAX_OFFSET: 30,
  GET_MIN_OFFSET: 31,
  HEART_BEAT: 34,
  GET_ALL_CONSUMER_OFFSET: 43,
  PUT_KV_CONFIG: 100,
  GET_KV_CONFIG: 101,
  REGISTER_BROKER: 103,
  UNREGISTER_BROKER: 104,
  GET_ROUTEINFO_BY_TOPIC: 105,
  GET_BROKER_CLUSTER_INFO: 106,
  UPDATE_AND_CREATE_SUBSCRIPTIONGROUP: 200,
  GET_ALL_SUBSCRIPTIONGROUP_CONFIG: 201,
  GET_CONSUMER_CONNECTION_LIST: 203,
  WIPE_WRITE_PERM_OF_BROKER: 205,
  GET_ALL_TOPIC_LIST_FROM_NAMESERVER: 206,
  DELETE_SUBSCRIPTIONGROUP: 207,
  DELETE_TOPIC_IN_BROKER: 215,
  DELETE_TOPIC_IN_NAMESRV: 216,
  QUERY_TOPIC_CONSUME_BY_WHO: 300,
  SEND_MESSAGE_V2: 310,
  GET_NAMESRV_CONFIG: 319,
  /** Since 4.9.3. */
  ADD_WRITE_PERM_OF_BROKER: 327,
  /** 5.x. */
  GET_BROKER_MEMBER_GROUP: 901,
  /** 5.x. */
  GET_BROKER_HA_STATUS: 907,
  /** 5.x, to a controller. */
  CONTROLLER_ELECT_MASTER: 1002,
  /** 5.x, to a controller. */
  CONTROLLER_GET_REPLICA_INFO: 1004,
  /** 5.x, to a controller; also answered by one that is not the leader. */
  CONTROLLER_GET_METADATA_INFO: 1005,
  /** 5.x, to a controller. */
  CONTROLLER_GET_SYNC_STATE_DATA: 1006,
  /** 5.x, to a broker in controller mode. */
  GET_BROKER_EPOCH_CACHE: 1007,
  /** 5.4.0. */
  SWITCH_TIMER_ENGINE: 5001,
  /** 5.5.0. */
  POP_LITE_MESSAGE: 200070,
  /** 5.5.0. */
  LITE_SUBSCRIPTION_CTL: 200071,
  /** 5.5.0. */
  ACK_LITE_MESSAGE: 200072,
  /** 5.5.0. */
  NOTIFY_UNSUBSCRIBE_LITE: 200073,
} as const;

/**
 * Codes of DLedger's own port, which uses RocketMQ's frames with JSON bodies.
 * Source: openmessaging/dledger proto/.../protocol/DLedgerRequestCode.java.
 */
export const DLedgerRequestCode = {
  METADATA: 50000,
  VOTE: 51001,
  HEART_BEAT: 51002,
  PULL: 51003,
  PUSH: 51004,
  LEADERSHIP_TRANSFER: 51005,
} as const;

/** Source: remoting/.../protocol/ResponseCode.java and RemotingSysResponseCode.java. */
export const ResponseCode = {
  SUCCESS: 0,
  SYSTEM_ERROR: 1,
  SYSTEM_BUSY: 2,
  /** Not from 4.4.0 and 4.5.1, which do not answer an unknown request. */
  REQUEST_CODE_NOT_SUPPORTED: 3,
  TRANSACTION_FAILED: 4,
  /** The message is stored. */
  FLUSH_DISK_TIMEOUT: 10,
  /** The message is stored on the master; 4.x only. */
  SLAVE_NOT_AVAILABLE: 11,
  /** The message is stored on the master. */
  FLUSH_SLAVE_TIMEOUT: 12,
  MESSAGE_ILLEGAL: 13,
  SERVICE_NOT_AVAILABLE: 14,
  VERSION_NOT_SUPPORTED: 15,
  NO_PERMISSION: 16,
  TOPIC_NOT_EXIST: 17,
  TOPIC_EXIST_ALREADY: 18,
  PULL_NOT_FOUND: 19,
  PULL_RETRY_IMMEDIATELY: 20,
  PULL_OFFSET_MOVED: 21,
  QUERY_NOT_FOUND: 22,
  SUBSCRIPTION_PARSE_FAILED: 23,
  SUBSCRIPTION_NOT_EXIST: 24,
  SUBSCRIPTION_NOT_LATEST: 25,
  SUBSCRIPTION_GROUP_NOT_EXIST: 26,
  INVALID_PARAMETER: 29,
  CONSUMER_NOT_ONLINE: 206,
  /** Since 5.2.0, from a server that stops, to clients with a higher header version than rmqdev sends. */
  GO_AWAY: 1500,
  CONTROLLER_FENCED_MASTER_EPOCH: 2000,
  CONTROLLER_FENCED_SYNC_STATE_SET_EPOCH: 2001,
  CONTROLLER_INVALID_MASTER: 2002,
  CONTROLLER_INVALID_REPLICAS: 2003,
  CONTROLLER_MASTER_NOT_AVAILABLE: 2004,
  CONTROLLER_INVALID_REQUEST: 2005,
  CONTROLLER_BROKER_NOT_ALIVE: 2006,
  CONTROLLER_NOT_LEADER: 2007,
  CONTROLLER_BROKER_METADATA_NOT_EXIST: 2008,
  CONTROLLER_INVALID_CLEAN_BROKER_METADATA: 2009,
  CONTROLLER_BROKER_NEED_TO_BE_REGISTERED: 2010,
  CONTROLLER_MASTER_STILL_EXIST: 2011,
  CONTROLLER_ELECT_MASTER_FAILED: 2012,
  CONTROLLER_ALTER_SYNC_STATE_SET_FAILED: 2013,
  CONTROLLER_BROKER_ID_INVALID: 2014,
  CONTROLLER_JRAFT_INTERNAL_ERROR: 2015,
  CONTROLLER_BROKER_LIVE_INFO_NOT_EXISTS: 2016,
  /** 5.5.0. */
  LMQ_QUOTA_EXCEEDED: 2017,
  /** 5.5.0. */
  LITE_SUBSCRIPTION_QUOTA_EXCEEDED: 2018,
} as const;

/** Bits of a topic's perm. Source: common/.../constant/PermName.java. */
export const Perm = { READ: 4, WRITE: 2, INHERIT: 1 } as const;

const nameOf = (table: Readonly<Record<string, number>>, code: number): string =>
  Object.entries(table).find(([, value]) => value === code)?.[0] ?? 'UNKNOWN';

/** @returns the name of a request code, such as `SEND_MESSAGE_V2`, or `UNKNOWN`. */
export const requestName = (code: number): string => nameOf(RequestCode, code);

/** @returns the name of a response code, such as `TOPIC_NOT_EXIST`, or `UNKNOWN`. */
export const responseName = (code: number): string => nameOf(ResponseCode, code);
