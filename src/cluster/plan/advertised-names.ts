import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '../../base/clock.js';
import { RmqdevError } from '../../base/errors.js';
import { bounded } from '../../machine/bounded.js';
import type { NodeProfile } from '../../profile/profile.js';

/** A lookup that takes longer is left to RocketMQ. */
const LOOKUP_MS = 3_000;

/**
 * A broker looks its advertised names up when it stores a message, and answers with a NullPointerException if that fails.
 * Source: store/.../MessageExtBrokerInner, common/.../BrokerConfig.java brokerIP1; measured on 5.5.0.
 * @throws RmqdevError PROFILE_INVALID for a name that this machine cannot resolve
 */
export async function refuseUnresolved(nodes: readonly NodeProfile[], clock: Clock): Promise<void> {
  const brokers = nodes.filter(({ role }) => role === 'broker');
  const names = new Set(brokers.flatMap(({ advertise }) => [advertise.clients, advertise.replication]).filter((name) => isIP(name) === 0));
  for (const name of names) {
    const found = await bounded(
      () =>
        lookup(name).then(
          ({ address }) => address,
          () => null,
        ),
      LOOKUP_MS,
      clock,
    );
    if (found.value !== null) continue;
    const node = brokers.find(({ advertise }) => advertise.clients === name || advertise.replication === name);
    throw new RmqdevError('PROFILE_INVALID', {
      what: `${node?.id} cannot be reached at ${name}`,
      why: 'this machine cannot resolve that name, so the broker could store no message',
      next: 'Advertise an address, or add the name to /etc/hosts on every machine of the cluster and of its clients',
    });
  }
}
