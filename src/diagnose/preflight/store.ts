import { basename, dirname } from 'node:path';
import type { Finding } from '../../base/finding.js';
import { formatBytes } from '../../base/units.js';
import { releaseTraits } from '../../rocketmq/releases.js';
import { CONFIG_LOSS, consumeQueueFileBytes, DEFAULT_FILE_BYTES, STORE_MODES, type StoreMode } from '../../rocketmq/store-layout.js';
import { whoHolds } from '../port-holder.js';
import { finding, placeOf } from './codes.js';
import type { ConfigFacts, StoreFacts, StoreFile } from './facts.js';
import type { PreflightNode } from './plan.js';

/**
 * How a broker would react to its store. @param cluster for the commands that repair it
 * A node that runs and will only be restarted holds its locks and writes its JSON files, so these say nothing.
 */
export function judgeStore(node: PreflightNode, store: StoreFacts, cluster: string): Finding[] {
  if (node.role !== 'broker' || node.change === 'none') return [];
  const context = { node, store, reset: `rmqdev reset ${node.id} -c ${cluster}` };
  return [
    ...(node.change === 'start' ? [...judgeLocks(context), ...judgeConfigs(context)] : []),
    ...judgeFolders(context),
    ...judgeMode(context),
    ...judgeSize(context, 'CommitLog', store.commitLog),
    ...judgeSize(context, 'ConsumeQueue', store.consumeQueue),
  ];
}

type Context = { node: PreflightNode; store: StoreFacts; reset: string };

function judgeLocks({ node, store }: Context): Finding[] {
  const [lock] = store.locks;
  if (!lock) return [];
  const { file, holder } = lock;
  const who = whoHolds({ pid: holder?.pid, command: holder?.command, rmqdevNode: undefined });
  const isOurs = holder?.command?.includes(`-Drmqdev.node=${dirname(store.path)}`) ?? false;
  return [
    finding(
      'error',
      'STORE_IN_USE',
      {
        what: `${node.id} cannot be started`,
        why: `${who} holds ${file}; a second broker would change the store of the first one before it sees the lock`,
        next: isOurs
          ? `\`rmqdev daemon restart\` takes it over; or end it with \`kill ${holder?.pid}\``
          : holder
            ? `End it: \`kill ${holder.pid}\``
            : `Find it as root: \`sudo lsof ${file}\``,
      },
      [placeOf(file)],
    ),
  ];
}

function judgeConfigs(context: Context): Finding[] {
  return context.store.configs.flatMap((config) => judgeConfig(context, config));
}

/**
 * If a file is broken, the broker loads its copy. If the copy is broken too, the broker ends with 253. A missing or empty file counts as an empty table.
 * Source: common/.../ConfigManager.java load, loadBak; measured on 4.9.7 and 5.5.0.
 */
export function judgeConfig(
  { node, reset }: { node: { id: string; release: string }; reset: string },
  { name, file, main, backup, why }: ConfigFacts,
): Finding[] {
  const copy = `${file}.bak`;
  const lost = CONFIG_LOSS[basename(name, '.json')] ?? 'its contents';
  const isUsable = (state: string) => state === 'sound';
  const at = [placeOf(file)];
  if (main === 'sound' || (main === 'missing' && backup === 'missing')) return [];
  if (backup === 'broken') {
    const both =
      main === 'broken' ? `${name} and its copy ${name}.bak are broken` : `${name} is ${main}, and its copy ${name}.bak is broken`;
    return [
      finding(
        'error',
        'STORE_DAMAGED',
        {
          what: `${node.id} cannot be started: ${both}`,
          why: `${file} ${why}; RocketMQ ${node.release} would end with exit status 253 and say nothing on its console`,
          next: `Put a good copy in place, or start with an empty table: \`mv ${file}{,.broken}; mv ${copy}{,.broken}\` (the broker forgets ${lost}); or start with an empty store: \`${reset}\` (it deletes the messages of ${node.id})`,
        },
        [placeOf(file), placeOf(copy)],
      ),
    ];
  }
  if (main === 'missing' && !isUsable(backup)) return [];
  const state = main === 'broken' ? why : `is ${main}`;
  if (isUsable(backup)) {
    return [
      finding(
        'warning',
        'STORE_DAMAGED',
        {
          what: `${name} of ${node.id} cannot be read`,
          why: `${file} ${state}; RocketMQ loads its copy ${name}.bak, which may lack the last changes`,
          next: `The start keeps a copy of the damaged file and says what is missing; to compare both first: \`diff ${file} ${copy}\``,
        },
        at,
      ),
    ];
  }
  return [
    finding(
      'warning',
      'STORE_DAMAGED',
      {
        what: `${node.id} would forget ${lost}`,
        why: `${file} ${state}, and there is no copy with contents: RocketMQ starts with an empty table and says nothing`,
        next: `Put a good copy in place before you start it, for example from its master or slave; messages do not change`,
      },
      at,
    ),
  ];
}

function judgeFolders({ node, store }: Context): Finding[] {
  const [folder] = store.readOnly;
  if (!folder) return [];
  return [
    finding(
      'error',
      'HOME_NOT_WRITABLE',
      {
        what: `${node.id} cannot write to its store`,
        why: `${folder} is not writable for this user`,
        next: `Give it back to your user: \`sudo chown -R $(id -un) ${store.path}\``,
      },
      [placeOf(folder)],
    ),
  ];
}

/** DLedger and controller mode keep their own data in the store; other modes neither read nor remove it. */
function judgeMode({ node, store, reset }: Context): Finding[] {
  const isOn = ({ key }: StoreMode) => node.properties.get(key) === 'true';
  return STORE_MODES.flatMap((mode) => {
    const entry = store.entries.find((name) => mode.entry.test(name));
    if (entry && !isOn(mode)) {
      return [
        finding(
          'warning',
          'STORE_INCOMPATIBLE',
          {
            what: `the store of ${node.id} was used in ${mode.name}, and ${node.id} would run without it`,
            why: `${store.path}/${entry} exists: a broker without ${mode.name} does not read messages that were written in it`,
            next: `Go back to a profile with ${mode.key}=true, or start with an empty store: \`${reset}\``,
          },
          [placeOf(`${store.path}/${entry}`)],
        ),
      ];
    }
    if (!entry && isOn(mode) && store.commitLog.length > 0) {
      return [
        finding(
          'warning',
          'STORE_INCOMPATIBLE',
          {
            what: `the store of ${node.id} was used without ${mode.name}, and ${node.id} would run in it`,
            why: `${store.path} holds ${store.commitLog.length} commit log files and no data of ${mode.name}: each member of the group must start with the same messages`,
            next: `Start with an empty store: \`${reset}\``,
          },
          [placeOf(store.path)],
        ),
      ];
    }
    return [];
  });
}

const WORDS = { CommitLog: 'commit log', ConsumeQueue: 'consume queue' } as const;

function judgeSize({ node, store, reset }: Context, kind: keyof typeof WORDS, files: readonly StoreFile[]): Finding[] {
  const traits = releaseTraits(node.release);
  const key = `${traits.mappedFileKeys}FileSize${kind}`;
  const configured = Number(node.properties.get(key) ?? DEFAULT_FILE_BYTES[kind]);
  const wanted = kind === 'ConsumeQueue' ? consumeQueueFileBytes(configured) : configured;
  const last = files.at(-1);
  const wrong = files.find((file) => file.sizeBytes !== wanted && !(traits.dropsEmptyLastFile && file === last && file.sizeBytes === 0));
  if (!wrong) return [];
  const isEmpty = wrong.sizeBytes === 0;
  const consequence =
    traits.fileSizeMismatch === 'refused'
      ? `RocketMQ ${node.release} would refuse to load the store, end with exit status 253 and say nothing on its console`
      : `RocketMQ ${node.release} would load no file from this one on, and write over their messages`;
  const at = [placeOf(wrong.file)];
  if (isEmpty) {
    const text = {
      what: `${node.id} cannot be started: a file of its ${WORDS[kind]} is empty`,
      why: `${wrong.file} has 0 bytes, usually after a power loss or on a full disk, and ${key} is ${wanted}; ${consequence}`,
      next: `Move it away if it is the last one: \`mv ${wrong.file} ${store.path}/\`; or start with an empty store: \`${reset}\``,
    };
    return [finding('error', 'STORE_INCOMPATIBLE', text, at)];
  }
  const text = {
    what: `the store of ${node.id} does not fit the plan: its ${WORDS[kind]} files have ${formatBytes(wrong.sizeBytes)}, and ${key} says ${formatBytes(wanted)}`,
    why: `${wrong.file} has ${wrong.sizeBytes} bytes instead of ${wanted}; ${consequence}`,
    next: `Keep the size that the store has: \`--set ${node.id}.properties.${key}=${wrong.sizeBytes}\`; or start with an empty store: \`${reset}\` (it deletes the messages of ${node.id})`,
  };
  return [finding('error', 'STORE_INCOMPATIBLE', text, at)];
}
