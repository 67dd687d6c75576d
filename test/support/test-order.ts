import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** End-to-end files that take longest: whichever starts last decides when all end, and a fresh checkout has no times of an earlier run. */
const LONGEST = ['main-job-5.5', 'main-job-4.9', 'one-screen', 'traffic', 'controller', 'dledger'];
/** As many as there are lanes (`test/e2e/support/lane.ts`). */
const AT_ONCE = 2;
/**
 * End-to-end tests mostly wait, so the others run beside them, on the same workers: first as many end-to-end files as run at once,
 * then the rest of them, spread over the integration tests, so that few workers wait for a lane. The unit tests wait for nothing: they
 * are last and fill what is left.
 */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const endToEnd = sorted.filter(isOf('e2e')).toSorted((a, b) => rank(a) - rank(b));
    const others = sorted.filter((file) => !isOf('e2e')(file));

    const order = endToEnd.splice(0, AT_ONCE);
    const between = Math.ceil(others.filter(isOf('integration')).length / endToEnd.length);
    for (const file of endToEnd) order.push(...others.splice(0, between), file);
    return [...order, ...others];
  }
}

const isOf =
  (name: string) =>
  ({ project }: TestSpecification) =>
    project.name === name;

function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return index < 0 ? LONGEST.length : index;
}
