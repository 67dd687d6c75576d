import pc from 'picocolors';
import type { ClusterState, NodeState } from '../../contract/status.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours where `stream` is a terminal that shows them and NO_COLOR is unset. */
export function colorsFor(stream: NodeJS.WritableStream): Colors {
  return pc.createColors(pc.isColorSupported && 'isTTY' in stream && stream.isTTY === true);
}

export function paintState(colors: Colors, state: NodeState | ClusterState | string): string {
  if (state === 'ready' || state === 'in sync') return colors.green(state);
  if (state === 'failed') return colors.red(state);
  if (state === 'stopped') return colors.dim(state);
  return colors.yellow(state);
}

/** A colour of its own for each node, in the order in which they first speak. */
export function nodePainter(colors: Colors): (node: string) => string {
  const palette = [
    colors.cyan,
    colors.green,
    colors.magenta,
    colors.blue,
    colors.yellow,
    colors.cyanBright,
    colors.greenBright,
    colors.magentaBright,
  ];
  const given = new Map<string, (text: string) => string>();
  return (node) => {
    const paint = given.get(node) ?? (palette[given.size % palette.length] as (text: string) => string);
    given.set(node, paint);
    return paint(node);
  };
}
