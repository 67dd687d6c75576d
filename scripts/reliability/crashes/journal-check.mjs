/** Compares the journal of a cluster with the crashes that were caused: each must be in it once, as what it was. */

/** What an end is told to be, by kind, where the daemon that watched had started the node. SIGSEGV: the JVM writes its hs_err file and aborts. */
const TOLD = {
  SIGKILL: { type: 'node-crashed', code: null, signal: 'SIGKILL', cause: 'killed-from-outside' },
  SIGSEGV: { type: 'node-crashed', code: null, signal: 'SIGABRT', cause: 'crashed' },
  SIGABRT: { type: 'node-crashed', code: null, signal: 'SIGABRT', cause: 'crashed' },
  SIGTERM: { type: 'node-exited', code: 143, signal: null, cause: 'stopped-from-outside' },
};

/** An adopted node is nobody's child: no status. Its files may tell that it closed in an orderly way. */
const TOLD_OF_ADOPTED = {
  SIGTERM: { code: null, signal: null, adopted: true },
  other: { type: 'node-crashed', code: null, signal: null, cause: 'crashed', adopted: true },
};

const ENDS = new Set(['node-crashed', 'node-exited']);

/**
 * @param {{ node: string, kind: string, atMs: number, adopted: boolean }[]} crashes in order
 * @param {import('../../../dist/contract/events.js').JournalEvent[]} events
 * @returns what is missing, what nobody caused, and what is told wrongly; `seqBreaks`: where the journal's numbers do not follow each other
 */
export function checkEnds(crashes, events) {
  const result = { reportedOnce: 0, missing: [], uncaused: [], wrong: [], seqBreaks: seqBreaks(events) };
  const ends = events.filter(({ type }) => ENDS.has(type));
  for (const node of new Set([...crashes, ...ends].map((item) => item.node))) {
    const left = ends.filter((event) => event.node === node);
    const caused = crashes.filter((crash) => crash.node === node);
    for (const [i, crash] of caused.entries()) {
      const until = caused[i + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      const index = left.findIndex((event) => isWithin(event, crash.atMs, until));
      if (index < 0) {
        result.missing.push(crash);
        continue;
      }
      const [event] = left.splice(index, 1);
      const differs = differences(event, crash);
      if (differs.length > 0) result.wrong.push({ crash, event, differs });
      else result.reportedOnce += 1;
    }
    result.uncaused.push(...left);
  }
  return result;
}

/** The same for the reports: `crash-report` events, one for each end that nobody asked for, SIGTERM apart. */
export function checkReports(crashes, events, findings) {
  const result = { reported: 0, missing: [], twice: [], wrong: [] };
  const reports = events.filter(({ type }) => type === 'crash-report');
  for (const [i, crash] of crashes.entries()) {
    if (crash.kind === 'SIGTERM') continue;
    const until = crashes.slice(i + 1).find(({ node }) => node === crash.node)?.atMs ?? Number.POSITIVE_INFINITY;
    const found = reports.filter((event) => event.node === crash.node && isWithin(event, crash.atMs, until));
    if (found.length === 0) result.missing.push(crash);
    else if (found.length > 1) result.twice.push({ crash, events: found });
    else {
      result.reported += 1;
      const wanted = findings(crash);
      const told = found[0].data?.finding ?? null;
      if (!wanted.includes(told)) result.wrong.push({ crash, told, wanted });
    }
  }
  return result;
}

function isWithin(event, fromMs, untilMs) {
  const at = Date.parse(event.at);
  return at >= fromMs && at < untilMs;
}

function differences(event, crash) {
  const wanted = crash.adopted ? (TOLD_OF_ADOPTED[crash.kind] ?? TOLD_OF_ADOPTED.other) : TOLD[crash.kind];
  const told = { type: event.type, ...event.data };
  return Object.entries(wanted).flatMap(([key, value]) => (told[key] === value ? [] : [`${key}: ${told[key]} instead of ${value}`]));
}

function seqBreaks(events) {
  return events.slice(1).filter((event, i) => event.seq !== events[i].seq + 1).length;
}
