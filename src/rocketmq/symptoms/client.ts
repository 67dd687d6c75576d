import { RANK, type Symptom } from '../symptom.js';

/** Only in a client's log or exception: brokers and proxies are clients too, and write similar lines when a peer restarts. */
const OF_CLIENT = { kinds: ['client', 'rocketmq_client'], besides: 'org.apache.rocketmq.client.' } as const;
const PRODUCER = 'client/.../impl/producer/DefaultMQProducerImpl.java';
const RESPONSE = 'an answer to a client, which no log of the node contains; no client was run';

export const CLIENT_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'CLIENT_NO_ROUTE',
    severity: 'error',
    literals: ['No route info of this topic'],
    pattern: /No route info of this topic(?:[:,] ?(?<topic>[%|\w-]{1,127}))?/,
    ...OF_CLIENT,
    rank: RANK.cause,
    says: (_, { groups }) => ({
      what: `The client's NameServer knows no broker with topic ${groups.topic ?? 'that it sends to'}`,
      why: 'the topic does not exist and autoCreateTopicEnable is off, no master is registered, or the client asks a different NameServer from the one that the brokers use',
      next: '`rmqdev status` shows whether a master is registered; `rmqdev env` prints the NAMESRV_ADDR for the client; then create the topic in the profile (`topics:`)',
    }),
    source: `${PRODUCER} sendDefaultImpl; measured`,
    provoked: 'client-no-route',
  },
  {
    code: 'CLIENT_NO_NAMESRV',
    severity: 'error',
    literals: [
      'No name server address, please set it.',
      'IllegalStateException: org.apache.rocketmq.remoting.exception.RemotingConnectException: connect to null failed',
      'IllegalStateException: org.apache.rocketmq.remoting.exception.RemotingConnectException: connect to  failed',
      'UnknownHostException: jmenv.tbsite.net',
    ],
    ...OF_CLIENT,
    rank: RANK.cause,
    says: () => ({
      what: 'The client was given no NameServer',
      why: 'neither setNamesrvAddr, nor -Drocketmq.namesrv.addr, nor the variable NAMESRV_ADDR is set; the client then asks a server of Alibaba (jmenv.tbsite.net), which does not exist here',
      next: 'Set it: `eval "$(rmqdev env)"` in the shell that starts the client',
    }),
    source: `${PRODUCER} validateNameServerSetting; measured`,
    provoked: 'client-no-namesrv',
  },
  {
    code: 'CLIENT_SEND_TIMEOUT',
    severity: 'error',
    literals: ['sendDefaultImpl call timeout', 'sendKernelImpl call timeout'],
    ...OF_CLIENT,
    rank: RANK.detail,
    says: () => ({
      what: 'The broker did not answer the client in time',
      why: 'the address that the broker registered (brokerIP1) cannot be reached from the client (VPN, Docker, another Wi-Fi since the start), or the broker is stuck or paused',
      next: '`rmqdev status` shows whether it answers. On one machine brokerIP1 is 127.0.0.1; for clients on other machines set `advertise` in the profile',
    }),
    source: PRODUCER,
    notProvoked: 'needs an address that swallows packets, which not every machine has',
  },
  {
    code: 'CLIENT_CONNECT_FAILED',
    severity: 'error',
    literals: ['RemotingConnectException: connect to ', 'RemotingSendRequestException: send request to '],
    pattern:
      /(?:RemotingConnectException: connect to|RemotingSendRequestException: send request to) (?:<|\[)?(?<address>[^<>[\]\s]{1,200}:\d{1,5})(?:>|\])? failed/,
    ...OF_CLIENT,
    rank: RANK.cause,
    says: (_, { groups }) => ({
      what: `The client has no connection to ${groups.address}`,
      why: 'nothing listens there (any more): the node is down, has another port, or registered an address that the client cannot reach. A 4.4.0 client uses listenPort - 2 (vipChannelEnabled)',
      next: '`rmqdev status` shows what runs, and on which ports; `rmqdev env` prints the address of the NameServers',
    }),
    source: 'remoting/.../exception/RemotingConnectException.java; measured',
    provoked: 'client-connect',
  },
  {
    code: 'CLIENT_SLAVE_NOT_AVAILABLE',
    severity: 'warning',
    literals: ['sendStatus=SLAVE_NOT_AVAILABLE'],
    ...OF_CLIENT,
    rank: RANK.cause,
    says: () => ({
      what: 'The message is stored on the master only',
      why: 'the master is a SYNC_MASTER and no slave is connected, or it is more than 256 MiB behind',
      next: 'Start the slave (`rmqdev start slaves`), or use brokerRole=ASYNC_MASTER',
    }),
    source: 'store/.../CommitLog.java handleHA, client/.../producer/SendResult.java toString; measured',
    provoked: 'client-slave-not-available',
  },
  {
    code: 'CLIENT_FLUSH_TIMEOUT',
    severity: 'warning',
    literals: ['sendStatus=FLUSH_SLAVE_TIMEOUT', 'sendStatus=FLUSH_DISK_TIMEOUT'],
    pattern: /FLUSH_(?<what>SLAVE|DISK)_TIMEOUT/,
    ...OF_CLIENT,
    rank: RANK.cause,
    says: (_, { groups }) => ({
      what: groups.what === 'SLAVE' ? 'The slave did not confirm the message in time' : 'The message was not flushed to disk in time',
      why: `the message is stored on the master; ${groups.what === 'SLAVE' ? 'the slave is down, behind or slow (3 to 5 s)' : 'the disk took longer than syncFlushTimeout (5 s)'}`,
      next:
        groups.what === 'SLAVE'
          ? '`rmqdev status` shows whether the slave is in sync'
          : 'Use flushDiskType=ASYNC_FLUSH for development, or a faster disk',
    }),
    source: 'client/.../producer/SendStatus.java',
    notProvoked: RESPONSE,
  },
  {
    code: 'DISK_FULL',
    severity: 'warning',
    literals: ["the broker's disk is full [", 'service not available now, maybe disk full'],
    ...OF_CLIENT,
    rank: RANK.cause,
    says: () => ({
      what: 'The broker refused the message (code 14)',
      why: 'its disk is more than 90 % full, or it is a slave, or it was closing its store',
      next: 'Check its disk with `df -h` and free some space; send to the master',
    }),
    source: 'broker/.../processor/SendMessageProcessor.java; measured',
    provoked: 'client-disk-full',
  },
  {
    code: 'CLIENT_MAP_FAILED',
    severity: 'error',
    literals: ['create mapped file failed, server is busy or broken', 'maybe your broker machine memory too small'],
    ...OF_CLIENT,
    rank: RANK.cause,
    says: () => ({
      what: 'The broker could not create its next commit log file',
      why: 'there is no memory or disk space for another file of mappedFileSizeCommitLog (1 GB by default)',
      next: 'Free disk space or memory; on an empty store use mappedFileSizeCommitLog=67108864, as rmqdev does; store.log of the broker has the reason',
    }),
    source: 'broker/.../processor/SendMessageProcessor.java CREATE_MAPEDFILE_FAILED',
    notProvoked: RESPONSE,
  },
  {
    code: 'CLIENT_TOPIC_NOT_EXIST',
    severity: 'error',
    literals: ['] not exist, apply first please!'],
    pattern: /topic\[(?<topic>[^\]]{1,200})\] not exist, apply first/,
    ...OF_CLIENT,
    rank: RANK.cause,
    says: (_, { groups }) => ({
      what: `The broker has no topic ${groups.topic ?? 'of that name'}`,
      why: 'autoCreateTopicEnable is off, or this broker is a slave that has not copied the topic yet (up to 60 s)',
      next: 'Create the topic in the profile (`topics:`), or set autoCreateTopicEnable=true',
    }),
    source: 'broker/.../processor/AbstractSendMessageProcessor.java msgCheck',
    notProvoked: RESPONSE,
  },
  ...(
    [
      [
        'SLAVE_NOT_AVAILABLE',
        'no slave of this SYNC_MASTER is connected, or all are too far behind',
        'Bring the slave back: `rmqdev status` shows which one is down or not in sync',
      ],
      [
        'FLUSH_SLAVE_TIMEOUT',
        'the slave did not confirm within syncFlushTimeout (5 s)',
        'Find what slows the slave down: `rmqdev status`, `rmqdev logs slaves --level warn`',
      ],
      [
        'FLUSH_DISK_TIMEOUT',
        'flushDiskType is SYNC_FLUSH, and the disk did not confirm within syncFlushTimeout (5 s)',
        'Find what slows the disk down: `rmqdev doctor`, `rmqdev logs masters --file store --level warn`',
      ],
    ] as const
  ).map(
    ([status, why, next]): Symptom => ({
      code: status,
      severity: 'warning',
      literals: [status],
      ...OF_CLIENT,
      rank: RANK.running,
      says: () => ({
        what: `A message is stored on its master, but not as safely as the broker promises (SendStatus ${status})`,
        why,
        next,
      }),
      source: 'client/.../producer/SendStatus.java; store/.../CommitLog.java handleDiskFlush, handleHA',
      notProvoked: RESPONSE,
    }),
  ),
];
