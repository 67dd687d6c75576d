import { installText } from '../cluster/actions/up.js';
import type { World } from '../cluster/world.js';
import type { Handlers } from '../contract/routes.js';
import { listReleases } from '../install/list-releases.js';
import { resolveRelease } from '../install/resolve-release.js';
import { DEFAULT_RELEASE, SUPPORTED_RELEASES } from '../rocketmq/releases.js';

export function releaseHandlers(world: World): Pick<Handlers, 'install' | 'versions'> {
  const installed = async () => {
    const releases = await listReleases(world.home);
    return releases.map(({ version, home, source, bytes }) => ({
      version,
      home,
      source,
      sizeBytes: bytes,
      supported: isSupported(version),
    }));
  };
  return {
    install: async ({ version, from, caller }, _closed, emit) => {
      const never = new AbortController();
      const release = await resolveRelease(
        { wanted: version ?? DEFAULT_RELEASE, rocketmqHome: undefined, from },
        {
          paths: world.home,
          knownVersions: SUPPORTED_RELEASES,
          defaultVersion: DEFAULT_RELEASE,
          report: (progress) => emit({ event: 'install', version: version ?? DEFAULT_RELEASE, ...installText(progress) }),
          signal: never.signal,
          env: { ...world.env, ...(caller.PATH ? { PATH: caller.PATH } : {}) },
          clock: world.clock,
        },
      );
      const listed = (await installed()).find(({ home }) => home === release.home);
      return (
        listed ?? {
          version: release.version,
          home: release.home,
          source: release.source,
          sizeBytes: 0,
          supported: isSupported(release.version),
        }
      );
    },
    versions: async () => ({ installed: await installed(), supported: [...SUPPORTED_RELEASES], default: DEFAULT_RELEASE }),
  };
}

function isSupported(version: string): boolean {
  return (SUPPORTED_RELEASES as readonly string[]).includes(version);
}
