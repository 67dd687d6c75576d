import { expect, test } from 'vitest';
import { rmqdevNodeOf } from '../../../../src/diagnose/port-holder.js';
import { judgePorts, judgePrivilege, type WantedPorts } from '../../../../src/diagnose/preflight/ports.js';
import { codes, readable } from '../../../fakes/preflight.js';

const WANTED: WantedPorts[] = [
  { node: 'namesrv-1', role: 'namesrv', ports: { listen: 9_876 } },
  { node: 'broker-a', role: 'broker', ports: { listen: 10_911, fast: 10_909, ha: 10_912 } },
];
const holder = (port: number, command = 'nc -l 10912') => ({ port, pid: 4_242, command, rmqdevNode: rmqdevNodeOf(command) });

test('free ports say nothing', () => {
  expect(judgePorts(WANTED, [], '2m2s')).toEqual([]);
  expect(judgePorts(WANTED, [holder(8_080)], '2m2s')).toEqual([]);
});

test('a broker whose HA port is taken would move: which port, which socket, by whom', () => {
  expect(judgePorts(WANTED, [holder(10_912)], '2m2s')).toMatchObject([
    {
      code: 'PORT_IN_USE',
      severity: 'warning',
      what: 'broker-a would move: port 10912 is taken (the HA port, listenPort + 1)',
      why: expect.stringContaining('held by pid 4242 (nc -l 10912)'),
      next: 'End it (`kill 4242`), or let it move',
    },
  ]);
});

test('a NameServer does not make way for a stranger, only for a node of rmqdev', () => {
  expect(judgePorts(WANTED, [holder(9_876)], '2m2s')).toMatchObject([
    { severity: 'error', what: 'namesrv-1 cannot have its port 9876', next: expect.stringContaining('--set namesrv-1.listenPort=19876') },
  ]);
  const ours = holder(9_876, 'java -Drmqdev.node=/home/me/.r/clusters/dev/nodes/namesrv-1 NamesrvStartup');
  expect(judgePorts(WANTED, [ours], '2m2s')).toMatchObject([
    { severity: 'warning', why: expect.stringContaining('rmqdev node dev/namesrv-1') },
  ]);
});

test('ports below the first allowed one are refused, with the sysctl that allows them', () => {
  const low: WantedPorts[] = [{ node: 'broker-a', role: 'broker', ports: { listen: 1_024, fast: 1_022, ha: 1_025 } }];
  const findings = judgePrivilege(low, 1_024);
  expect(findings).toMatchObject([
    {
      code: 'PORT_FORBIDDEN',
      what: 'broker-a cannot listen on port 1022',
      next: expect.stringContaining('ip_unprivileged_port_start=1022'),
    },
  ]);
  expect(readable(findings)).toBe(true);
  expect(judgePrivilege(low, 1)).toEqual([]);
  expect(codes(judgePrivilege(WANTED, 1_024))).toEqual([]);
});
