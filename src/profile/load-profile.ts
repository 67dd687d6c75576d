import { DEFAULT_ACCOUNT } from '../rocketmq/access-control.js';
import { crossProblems, profileWarnings } from './cross-checks.js';
import { withDefaults } from './defaults.js';
import { type FoundProfile, findProfile, type ProfileFolders } from './find-profile.js';
import { readLayers } from './layers.js';
import { DEFAULT_QUEUES } from './names.js';
import { applyOverrides, type ProfileOverrides } from './overrides.js';
import { throwProblems } from './problems.js';
import type { Account, Profile, ProfileWarning, SourcePlace } from './profile.js';
import { SettledProfile } from './profile-schema.js';
import { type ResolvedNode, resolveNodes } from './resolve-nodes.js';
import { type Tree, toPlain } from './source-tree.js';

export type LoadedProfile = {
  profile: Profile;
  warnings: readonly ProfileWarning[];
  /** Where each property was written, by `<node id>.<key>`. */
  propertyPlaces: ReadonlyMap<string, SourcePlace>;
  /** What the profile was made from, for `showProfile`. */
  tree: Tree;
};

const NO_OVERRIDES: ProfileOverrides = { set: [], heap: [] };

/**
 * Reads the profile `name` (see `findProfile`): defaults < what it extends < its file < `overrides`.
 * Whether a property exists in the release, and has the right type, is for the caller to check: `propertyPlaces` says where it stands.
 * @throws RmqdevError PROFILE_NOT_FOUND, PROFILE_INVALID, NAME_INVALID (only names are wrong), FILE_UNREADABLE
 */
export async function loadProfile(name: string, options: ProfileFolders & { overrides?: ProfileOverrides }): Promise<LoadedProfile> {
  const found = await findProfile(name, options);
  return loadFoundProfile(found, options, options.overrides);
}

export async function loadFoundProfile(found: FoundProfile, folders: ProfileFolders, overrides = NO_OVERRIDES): Promise<LoadedProfile> {
  const overridden = applyOverrides(await readLayers(found, folders), overrides, folders.cwd);
  throwProblems(found.name, folders.cwd, overridden.problems);

  const { nodes, problems } = resolveNodes(overridden.tree);
  throwProblems(found.name, folders.cwd, problems);
  const tree = withDefaults(overridden.tree);
  const profile = assemble(found, nodes, tree);
  throwProblems(found.name, folders.cwd, crossProblems(nodes, profile, tree));
  return { profile, warnings: profileWarnings(nodes, tree), propertyPlaces: propertyPlaces(nodes), tree: overridden.tree };
}

function assemble({ name: profileName, file }: FoundProfile, nodes: readonly ResolvedNode[], tree: Tree): Profile {
  const settings = SettledProfile.parse(toPlain(tree));
  return {
    name: profileName,
    file,
    description: settings.description ?? '',
    rocketmq: settings.rocketmq,
    java: settings.java,
    brokerClusterName: settings.brokerClusterName,
    replication: settings.replication,
    flush: settings.flush,
    advertise: settings.advertise,
    acl: settings.acl ? accountOf(settings.acl) : undefined,
    tls: settings.tls ?? false,
    nodes: nodes.map(({ node }) => node),
    topics: (settings.topics ?? []).map(({ name, queues = DEFAULT_QUEUES, brokers }) => ({ name, queues, brokers })),
    groups: (settings.groups ?? []).map((group) => ({ name: group })),
  };
}

function accountOf(acl: true | { accessKey?: string | undefined; secretKey?: string | undefined }): Account {
  const { accessKey, secretKey } = acl === true ? DEFAULT_ACCOUNT : acl;
  return { accessKey: accessKey ?? DEFAULT_ACCOUNT.accessKey, secretKey: secretKey ?? DEFAULT_ACCOUNT.secretKey };
}

function propertyPlaces(nodes: readonly ResolvedNode[]): Map<string, SourcePlace> {
  return new Map(
    nodes.flatMap(({ node, at }) =>
      Object.keys(node.properties).map((key): [string, SourcePlace] => [`${node.id}.${key}`, at('properties', key)]),
    ),
  );
}
