import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** End-to-end files that take longest: whichever starts last decides when all end, and a fresh checkout has no times of an earlier run. */
const LONGEST = ['main-job-5.5', 'main-job-4.9', 'one-screen', 'traffic', 'controller', 'dledger'];

/** The order of vitest, with the longest end-to-end files first. */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return index < 0 ? LONGEST.length : index;
}
