/** What is read of a Java class file. Source: JVMS chapter 4. */
export type ClassFile = {
  /** 52 is Java 8, 61 is Java 17. */
  major: number;
  /** Its text constants: among them the names of its methods. */
  texts: ReadonlySet<string>;
};

const MAGIC = 0xcafebabe;
const UTF8 = 1;
/** Bytes of a constant behind its tag. Source: JVMS 4.4. */
const SIZES: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};
/** A long or double takes two places in the table. */
const WIDE = new Set([5, 6]);

/** @throws Error if it is not a class file */
export function readClassFile(bytes: Buffer): ClassFile {
  if (bytes.length < 10 || bytes.readUInt32BE(0) !== MAGIC) throw new Error('it is not a class file');
  const texts = new Set<string>();
  const count = bytes.readUInt16BE(8);
  let at = 10;
  for (let index = 1; index < count; index += 1) {
    const tag = bytes.readUInt8(at);
    if (tag === UTF8) {
      const length = bytes.readUInt16BE(at + 1);
      texts.add(bytes.toString('utf8', at + 3, at + 3 + length));
      at += 3 + length;
      continue;
    }
    const size = SIZES[tag];
    if (size === undefined) throw new Error(`its constant ${index} has the unknown tag ${tag}`);
    if (WIDE.has(tag)) index += 1;
    at += 1 + size;
  }
  return { major: bytes.readUInt16BE(6), texts };
}
