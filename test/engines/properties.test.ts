import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
// @ts-expect-error it is JavaScript, and its types are in comments
import { StockCluster, scriptsFor } from '../../scripts/bench/stock.mjs';
import { installedRelease } from '../e2e/support/releases.js';
import { withRmqdev } from '../e2e/support/rmqdev.js';
import { freePorts } from '../support/free-ports.js';
import { until } from '../support/until.js';
import { needPrograms, workFolder } from './support/machine.js';

/** The published scripts are those of 5.3.3; the jars are of the release itself. */
test.each(['4.9.7', '5.5.0'])('%s: the files boot with the scripts of a plain release, and lint has nothing to say', (version) =>
  withRmqdev(async (rmqdev) => {
    await needPrograms(['mvn', 'pgrep', 'nohup'], ['maven', 'procps', 'coreutils']);
    const java = (await execa('sh', ['-c', 'dirname "$(dirname "$(readlink -f "$(command -v java)")")"'])).stdout;
    const work = workFolder();
    const release = await installedRelease(version);
    await StockCluster.prepare({
      folder: work,
      release,
      scripts: scriptsFor(version),
      javaHome: java,
      signal: AbortSignal.timeout(300_000),
    });
    const [namesrv, a, slave] = await freePorts(3);
    const profile = `rocketmq: ${version}
replication: sync
nodes:
  namesrv-1: { role: namesrv, listenPort: ${namesrv} }
  broker-a: { role: broker, listenPort: ${a} }
  broker-a-s: { role: broker, brokerName: broker-a, brokerId: 1, listenPort: ${slave} }
topics: [orders]
groups: [billing]
`;
    writeFileSync(join(rmqdev.home, 'shop.yaml'), profile);
    const folder = join(work, 'shop');
    await rmqdev.run('export', 'properties', './shop.yaml', '-o', folder, '--data', join(work, 'data'));
    expect((await rmqdev.run('lint', folder, '--rocketmq', version)).stdout).toMatch(/0 errors, 0 warnings/);

    const env = { ROCKETMQ_HOME: join(work, 'rocketmq'), JAVA_HOME: java };
    try {
      await execa('sh', [join(folder, 'start.sh')], { env, stdio: 'ignore' });
      const address = ['--namesrv', `127.0.0.1:${namesrv}`];
      await execa('bash', [join(folder, 'topics.sh')], { env });
      // SYNC_MASTER: SEND_OK says that the slave has it.
      await until(async () => {
        const { stdout } = await rmqdev.run('send', 'orders', '-n', '3', ...address, '--json');
        expect(stdout).toContain('"statuses":{"SEND_OK":3}');
      });
      // The scripts understand what they are given, and so does the JVM.
      const { stdout: said } = await execa('sh', ['-c', `cat ${join(work, 'data')}/*/stdout.log`]);
      expect(said).not.toMatch(/Illegal number|Unrecognized|Could not create|Conflicting/);
      expect((await rmqdev.run('consume', 'orders', '-n', '3', ...address)).stdout).toContain('Hello RocketMQ');
    } finally {
      await execa('sh', [join(folder, 'stop.sh')]);
      await execa('rm', ['-rf', work]);
    }
  }),
);
