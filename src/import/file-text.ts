/** The bytes of a configuration file, as Java reads them and as people read them. */
export type FileText = {
  /** One character for each byte, as Java reads a properties file. */
  bytes: string;
  /** For people: the lines in their real encoding. */
  lines: readonly string[];
  encoding: 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be' | 'latin1';
  hasBom: boolean;
  isBinary: boolean;
  isEmpty: boolean;
};

/** A file with more zero bytes or other control bytes than these shares is not text. */
const CONTROL_SHARE = 0.02;

export function readFileText(content: Uint8Array): FileText {
  const buffer = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const { encoding, hasBom } = encodingOf(buffer);
  const text = decode(buffer, encoding).replace(/^\uFEFF/, '');
  const isWide = encoding.startsWith('utf-16');
  return {
    bytes: buffer.toString('latin1'),
    lines: text.split(/\r\n|\r|\n/),
    encoding,
    hasBom,
    isBinary: !isWide && controlShare(buffer) > CONTROL_SHARE,
    isEmpty: text.trim() === '',
  };
}

function encodingOf(buffer: Buffer): { encoding: FileText['encoding']; hasBom: boolean } {
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return { encoding: 'utf-16le', hasBom: true };
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return { encoding: 'utf-16be', hasBom: true };
  const hasBom = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  if (looksWide(buffer)) return { encoding: buffer[1] === 0 ? 'utf-16le' : 'utf-16be', hasBom: false };
  for (const encoding of ['utf-8', 'gb18030'] as const) {
    if (isValid(buffer, encoding)) return { encoding, hasBom };
  }
  return { encoding: 'latin1', hasBom };
}

/** UTF-16 without a byte order mark: every second byte at the beginning is zero. */
function looksWide(buffer: Buffer): boolean {
  const head = buffer.subarray(0, 64);
  if (head.length < 8) return false;
  const zeros = [0, 1].map((parity) => head.filter((byte, index) => index % 2 === parity && byte === 0).length);
  return Math.max(...zeros) > head.length * 0.4 && Math.min(...zeros) === 0;
}

function isValid(buffer: Buffer, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(buffer);
    return true;
  } catch {
    return false;
  }
}

function decode(buffer: Buffer, encoding: FileText['encoding']): string {
  if (encoding === 'latin1') return buffer.toString('latin1');
  if (encoding === 'utf-16be') return new TextDecoder('utf-16le').decode(Buffer.from(buffer.subarray(0, buffer.length & ~1)).swap16());
  return new TextDecoder(encoding).decode(buffer);
}

function controlShare(buffer: Buffer): number {
  const head = buffer.subarray(0, 8_192);
  const controls = head.filter((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 26).length;
  return head.length === 0 ? 0 : controls / head.length;
}
