import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FIXTURES = fileURLToPath(new URL('../../../test/fixtures/', import.meta.url));

/** Counts the rows of the table of symptoms and the logs that prove them; the table is that of `dist`. */
export async function symptomCounts() {
  const { SYMPTOMS } = await import('../../../dist/rocketmq/symptoms.js');
  return countsOf(SYMPTOMS);
}

export function countsOf(symptoms) {
  const provoked = symptoms.filter((symptom) => 'provoked' in symptom).length;
  const crashes = foldersBelow('crashes');
  // A run of several nodes has a folder a node.
  const healthy = new Set(foldersBelow('healthy').map((name) => name.replace(/-(namesrv-1|broker-a|broker-a-s)$/, '')));
  return {
    rows: symptoms.length,
    codes: new Set(symptoms.map(({ code }) => code)).size,
    provoked,
    notProvoked: symptoms.length - provoked,
    crashes: crashes.length,
    healthyRuns: healthy.size,
    releases: readdirSync(`${FIXTURES}crashes`).sort(),
  };
}

function foldersBelow(kind) {
  return readdirSync(`${FIXTURES}${kind}`).flatMap((version) =>
    readdirSync(`${FIXTURES}${kind}/${version}`).map((name) => `${version}/${name}`),
  );
}
