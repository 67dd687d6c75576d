import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import type { Profile } from '../profile/profile.js';

/** The ids and roles of its nodes, as one text. */
const nodesOf = ({ nodes }: Profile): string => nodes.map(({ id, role }) => `${id} ${role}`).join();

/**
 * Two projects may call their profiles alike. `up` of the second would roll the first one's cluster to its own nodes, on its stores.
 * With --name the user has said which cluster is meant. A file that is gone was moved or renamed if the nodes are the same.
 * @param cluster its name, and the profile that it was made of
 * @throws RmqdevError NAME_TAKEN
 */
export async function refuseOtherProfile(cluster: { name: string; profile: Profile }, wanted: Profile): Promise<void> {
  const { name, profile } = cluster;
  // An update of rmqdev may bring the shipped ones in another folder.
  if (wanted.source === 'shipped' && (profile.source ?? 'shipped') === 'shipped' && basename(profile.file) === basename(wanted.file))
    return;
  const [before, now] = await Promise.all([profile.file, wanted.file].map((file) => realpath(file).catch(() => undefined)));
  if (before === now) return;
  const isGone = before === undefined;
  if (isGone && nodesOf(profile) === nodesOf(wanted)) return;
  throw new RmqdevError('NAME_TAKEN', {
    what: `there is a cluster ${name} already, of another profile`,
    why: `it was made of ${profile.file}${isGone ? ', which is gone, and had other nodes' : ''}; this is ${wanted.file}, and its cluster would be called ${name} too`,
    next: `Choose another name: \`--name ${name}-2\`; or \`--name ${name}\` turns that cluster into this profile`,
  });
}
