import { expect, test } from 'vitest';
import { firewallRules, RULE_FORMATS } from '../../../../src/diagnose/reach/firewall-rules.js';
import { portTable } from '../../../../src/diagnose/reach/port-table.js';
import { ofTheArticle, onHosts, onOneMachine } from '../../../fakes/reach.js';

const article = portTable(ofTheArticle());
const ofHost = (host: string) => article.filter((row) => row.host === host);
/** Without comments and empty lines. */
const commands = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('nft: a host lets its ports in, replication from the other hosts only', () => {
  expect(commands(firewallRules('nft', ofHost('one')))).toEqual([
    'add table inet filter',
    'add chain inet filter input { type filter hook input priority filter; }',
    'insert rule inet filter input tcp dport 9876 accept comment "rmqdev namesrv-1 NameServer: clients, brokers, operators"',
    'insert rule inet filter input tcp dport 10909 accept comment "rmqdev broker-a listenPort - 2: old clients"',
    'insert rule inet filter input tcp dport 10911 accept comment "rmqdev broker-a listenPort: clients, slaves, operators"',
    'insert rule inet filter input ip saddr { 192.168.107.128, 219.216.64.216 } tcp dport 10912 accept comment "rmqdev broker-a listenPort + 1: slaves"',
  ]);
});

test('nft: the router translates each port to itself, forwards it, and turns connections from inside round', () => {
  const router = commands(firewallRules('nft', ofHost('vm2'))).filter((line) => !/filter input/.test(line));
  expect(router).toEqual([
    'add table inet filter',
    'add table ip rmqdev',
    'add chain ip rmqdev prerouting { type nat hook prerouting priority dstnat; }',
    'add chain ip rmqdev postrouting { type nat hook postrouting priority srcnat; }',
    'add table inet filter',
    'add chain inet filter forward { type filter hook forward priority filter; }',
    'add rule ip rmqdev prerouting ip daddr 219.216.64.216 tcp dport 10909 dnat to 192.168.107.129:10909 comment "rmqdev broker-b listenPort - 2: old clients"',
    'add rule ip rmqdev prerouting ip daddr 219.216.64.216 tcp dport 10911 dnat to 192.168.107.129:10911 comment "rmqdev broker-b listenPort: clients, slaves, operators"',
    'insert rule inet filter forward ip daddr 192.168.107.129 tcp dport { 10909, 10911 } ct status dnat accept comment "rmqdev"',
    'add rule ip rmqdev postrouting ip saddr { 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 } ip daddr 192.168.107.129 ct status dnat masquerade comment "rmqdev hairpin"',
  ]);
});

test('nft: IPv4 and IPv6 origins have a rule each', () => {
  const rows = portTable(
    onHosts([
      ['10.0.0.1', 'broker-a'],
      ['10.0.0.2', 'broker-a-s', { advertise: { clients: 'fd00::2', replication: 'fd00::2' } }],
    ]),
  ).filter(({ socket }) => socket === 'ha');
  expect(commands(firewallRules('nft', rows)).slice(2)).toEqual([
    expect.stringContaining('ip saddr { 10.0.0.2 } tcp dport 10912'),
    expect.stringContaining('ip6 saddr { fd00::2 } tcp dport 10912'),
  ]);
});

test('ufw: a command for each port and origin; it says that it cannot do NAT', () => {
  const text = firewallRules('ufw', ofHost('vm2'));
  expect(commands(text)).toEqual([
    "ufw allow from any to any port 10909 proto tcp comment 'broker-b listenPort - 2: old clients'",
    "ufw allow from any to any port 10911 proto tcp comment 'broker-b listenPort: clients, slaves, operators'",
    "ufw allow from 192.168.107.130 to any port 10912 proto tcp comment 'broker-b listenPort + 1: slaves'",
    "ufw allow from 219.216.64.216 to any port 10912 proto tcp comment 'broker-b listenPort + 1: slaves'",
  ]);
  expect(text).toContain('# The router that has 219.216.64.216 must pass 2 ports on to 192.168.107.129; ufw has no command for that');
});

test('VMware: the ten mappings of the article but those that nobody uses, under the section that takes them', () => {
  expect(commands(firewallRules('vmware', article))).toEqual([
    '[incomingtcp]',
    '9876 = 192.168.107.128:9876',
    '11911 = 192.168.107.128:11911',
    '11913 = 192.168.107.128:11913',
    '10909 = 192.168.107.129:10909',
    '10911 = 192.168.107.129:10911',
    '12913 = 192.168.107.130:12913',
    '12915 = 192.168.107.130:12915',
  ]);
  expect(firewallRules('vmware', article)).toContain('vmnetnat.conf');
});

test('VirtualBox: a rule for each port, by the name of the host', () => {
  expect(commands(firewallRules('virtualbox', ofHost('vm2')))).toEqual([
    'VBoxManage modifyvm "vm2" --natpf1 "broker-b-fast,tcp,,10909,192.168.107.129,10909"',
    'VBoxManage modifyvm "vm2" --natpf1 "broker-b-listen,tcp,,10911,192.168.107.129,10911"',
  ]);
});

test('replication through NAT is forwarded too, and a controller port that is used at two addresses once', () => {
  const both = { advertise: { clients: '219.216.64.216', replication: '219.216.64.216' } };
  const rows = portTable(
    onHosts([
      ['vm1', 'broker-a', both],
      ['one', 'broker-a-s'],
      ['vm2', 'controller-1', both],
      ['one', 'controller-2'],
    ]),
  );
  expect(commands(firewallRules('vmware', rows))).toEqual([
    '[incomingtcp]',
    '10909 = 192.168.107.128:10909',
    '10911 = 192.168.107.128:10911',
    '10912 = 192.168.107.128:10912',
    '9878 = 192.168.107.129:9878',
  ]);
});

test.each(['vmware', 'virtualbox'] as const)('%s: without NAT there is nothing to forward, and the text says what would be', (format) => {
  const text = firewallRules(format, portTable(onOneMachine(['namesrv-1', 'broker-a'])));
  expect(commands(text)).toEqual([]);
  expect(text).toContain('--set advertise=<address>');
});

test('one machine behind NAT: what only it uses itself is not in the rules', () => {
  const rows = portTable(onOneMachine(['namesrv-1', 'broker-a', 'broker-a-s'], '203.0.113.9', '192.168.1.20'));
  for (const format of RULE_FORMATS) expect(firewallRules(format, rows), format).not.toContain('10912');
  expect(commands(firewallRules('vmware', rows))).toContain('10911 = 192.168.1.20:10911');
});
