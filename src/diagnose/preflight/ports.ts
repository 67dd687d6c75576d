import type { Finding } from '../../base/finding.js';
import { socketWordsOf } from '../../rocketmq/ports.js';
import type { NodeRole } from '../../rocketmq/releases.js';
import { type PortHolder, whoHolds } from '../port-holder.js';
import { finding } from './codes.js';

/** The ports that one node would use. */
export type WantedPorts = { node: string; role: NodeRole; ports: Readonly<Record<string, number>> };

/** What `up` would do about ports that are taken: a broker moves, and so does a NameServer that another cluster of rmqdev keeps from its port. */
export function judgePorts(wanted: readonly WantedPorts[], busy: readonly PortHolder[], profile: string): Finding[] {
  return wanted.flatMap(({ node, role, ports }) => {
    const [socket, holder] = firstBusy(ports, busy);
    if (!socket || !holder) return [];
    const refuses = role === 'namesrv' && !holder.rmqdevNode;
    const what = refuses
      ? `${node} cannot have its port ${holder.port}`
      : `${node} would move: port ${holder.port} is taken (${socketOf(socket, role)})`;
    const listen = ports.listen as number;
    const other = listen + (listen < 50_000 ? 10_000 : -10_000);
    const choose = `\`rmqdev up ${profile} --set ${node}.listenPort=${other}\``;
    const end = holder.pid === undefined || holder.rmqdevNode ? '' : `End it (\`kill ${holder.pid}\`), or `;
    return [
      finding(refuses ? 'error' : 'warning', 'PORT_IN_USE', {
        what,
        why: `it is held by ${whoHolds(holder)}${refuses ? '; on another port, clients that know the usual one would find the wrong cluster' : '; `up` takes the next free ports and says which'}`,
        next: refuses
          ? `${end}${end ? 'choose' : 'Choose'} another port: ${choose}`
          : end
            ? `${end}let it move`
            : `Let it move, or choose the port: ${choose}`,
      }),
    ];
  });
}

function socketOf(socket: string, role: NodeRole): string {
  const { name, beside } = socketWordsOf(socket, role);
  return beside === undefined ? name : `${name}, ${beside}`;
}

function firstBusy(ports: Readonly<Record<string, number>>, busy: readonly PortHolder[]): [string, PortHolder] | [] {
  for (const [socket, port] of Object.entries(ports)) {
    const holder = busy.find((each) => each.port === port);
    if (holder) return [socket, holder];
  }
  return [];
}

/** Ports that this user may not listen on. @param firstAllowed the first allowed port */
export function judgePrivilege(wanted: readonly WantedPorts[], firstAllowed: number): Finding[] {
  return wanted.flatMap(({ node, ports }) => {
    const port = Math.min(...Object.values(ports));
    if (port >= firstAllowed) return [];
    const lift = firstAllowed - port;
    return [
      finding('error', 'PORT_FORBIDDEN', {
        what: `${node} cannot listen on port ${port}`,
        why: `this user may listen only on ports from ${firstAllowed}`,
        next: `Choose a higher one: \`--set ${node}.listenPort=${(ports.listen as number) + Math.max(10_000, lift)}\`; or allow it: \`sudo sysctl -w net.ipv4.ip_unprivileged_port_start=${Math.max(0, port)}\``,
      }),
    ];
  });
}
