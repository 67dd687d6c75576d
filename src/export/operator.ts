import type { Profile } from '../profile/profile.js';
import type { Exported } from './exported.js';
export function exportForOperator(_r: {
  profile: Profile;
  versions: ReadonlyMap<string, string>;
  namespace: string | undefined;
}): Exported {
  return { files: [], head: { start: '', look: '', differs: [] } };
}
