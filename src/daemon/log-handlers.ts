import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import { logSources, userHomeSources } from '../cluster/log-sources.js';
import type { Selection } from '../cluster/select.js';
import type { World } from '../cluster/world.js';
import type { LogLine } from '../contract/events.js';
import type { Handlers } from '../contract/routes.js';
import type { LogLevel, LogRecord, LogSource } from '../logs/log-record.js';
import { queryLogs } from '../logs/query.js';
import type { ClusterRegistry, Entry } from './cluster-registry.js';

type Select = (entry: Entry, selectors: readonly string[] | undefined, needsHolder: boolean) => Promise<Selection>;
type Filter = {
  follow: boolean;
  lines: number;
  since?: number | undefined;
  until?: number | undefined;
  level?: string | undefined;
  grep?: string | undefined;
};

export function logHandlers(world: World, registry: ClusterRegistry, selected: Select): Pick<Handlers, 'logs' | 'userHomeLogs'> {
  return {
    logs: async ({ cluster: name, selector, file, ...filter }, closed, emit) => {
      const entry = registry.resolve(name);
      const { ids, notice } = await selected(entry, selector, false);
      const sources = logSources(
        ids.map((id) => entry.cluster.spec(id)),
        file,
      );
      await emitLogs(world, sources, filter, closed, emit);
      return { nodes: ids, notice };
    },
    userHomeLogs: async ({ home, file, ...filter }, closed, emit) => {
      const folder = join(home, 'logs', 'rocketmqlogs');
      if (!existsSync(folder)) {
        throw new RmqdevError('FILE_UNREADABLE', {
          what: 'there are no RocketMQ logs in the home folder',
          why: `${folder} does not exist`,
          next: 'Brokers started by hand write there; nodes of rmqdev have their own: `rmqdev logs`',
        });
      }
      await emitLogs(world, await userHomeSources(folder, file), filter, closed, emit);
      return { nodes: ['user-home'], notice: null };
    },
  };
}

async function emitLogs(
  world: World,
  sources: readonly LogSource[],
  filter: Filter,
  closed: AbortSignal,
  emit: (line: LogLine) => void | Promise<void>,
): Promise<void> {
  const records = queryLogs(sources, {
    follow: filter.follow,
    lines: filter.lines,
    sinceMs: filter.since,
    untilMs: filter.until,
    minLevel: filter.level?.toUpperCase() as LogLevel | undefined,
    grep: filter.grep === undefined ? undefined : parseGrep(filter.grep),
    signal: closed,
    clock: world.clock,
  });
  for await (const record of records) await emit(toLine(record));
}

function toLine({ node, file, at, level, message, thread }: LogRecord): LogLine {
  return { node, file, at: at === null ? null : new Date(at).toISOString(), level, text: thread ? `${thread} - ${message}` : message };
}

function parseGrep(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new RmqdevError(
      'USAGE',
      {
        what: `--grep ${text} is no regular expression`,
        why: (error as Error).message,
        next: 'Escape special characters with a backslash: --grep "\\[REJECTREQUEST\\]"',
      },
      { cause: error },
    );
  }
}
