import { execa } from 'execa';
import { cached } from './machine.js';

/** The definitions of apache/rocketmq-operator that its export is checked by. */
const COMMIT = '03741c8521a8d5063a1d5c1d1d704f1072e9d767';
const REPOSITORY = process.env.RMQDEV_OPERATOR_REPOSITORY ?? 'https://github.com/apache/rocketmq-operator.git';

/** @returns a folder with the custom resource definitions of the operator. */
export async function operatorDefinitions(): Promise<string> {
  const checkout = await cached(`rocketmq-operator-${COMMIT.slice(0, 7)}`, async (folder) => {
    await execa('git', ['clone', '-q', '--no-checkout', REPOSITORY, folder]);
    await execa('git', ['checkout', '-q', COMMIT, '--', 'deploy/crds'], { cwd: folder });
  }).catch((error: unknown) => {
    const why = `${REPOSITORY} cannot be cloned; RMQDEV_OPERATOR_REPOSITORY may name a copy`;
    throw new Error(`this test cannot run here: ${why}`, { cause: error });
  });
  return `${checkout}/deploy/crds`;
}
