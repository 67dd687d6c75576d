import type { Embedded } from './embedded.js';

/** A file or folder that a container sees: of the machine that starts it, or `content` that another part of the file holds. */
export type Mount = { target: string; source: string; content?: { path: string } };

/** One container that a Compose file, a manifest or a docker run starts. */
export type ContainerSpec = {
  name: string;
  image: string;
  line: number;
  /** Entry point, command and arguments in one text. */
  command: string;
  env: ReadonlyMap<string, { value: string; line: number }>;
  mounts: readonly Mount[];
};

/** What a file that starts containers says. Paths of mounts are relative to its folder. */
export type ContainerPlan = {
  kind: 'compose' | 'kubernetes' | 'script';
  specs: readonly ContainerSpec[];
  /** Configuration inside the file, by its path. */
  contents: readonly { name: string; embedded: Embedded }[];
  /** Nodes that the file describes in its own words. */
  described?: readonly { name: string; role: 'broker' | 'namesrv'; line: number; settings: Readonly<Record<string, string>> }[];
};
