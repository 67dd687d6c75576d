import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { systemCode } from '../base/errors.js';

/** TLS settings for a node. */
export type TlsSettings = {
  /** false: accepts any certificate, also the self-signed one that RocketMQ creates at each start (`tls.test.mode.enable`). */
  readonly isVerified: boolean;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string;
  /** PEM of this client's certificate and its key, for a node with `tls.server.need.client.auth`. */
  readonly certificate?: string;
  readonly key?: string;
  /** The name that the certificate must have, if it is not the host of the address. */
  readonly serverName?: string;
};

/** Opens a connection to `address` (`host:port`, `[v6]:port`). Data that is written before it is open is sent when it opens. */
export function openSocket(address: string, tls: TlsSettings | undefined): Socket {
  const place = { ...hostAndPort(address), noDelay: true };
  if (tls === undefined) return connectPlain(place);
  const { isVerified, ca, certificate, key, serverName } = tls;
  return connectTls({
    ...place,
    rejectUnauthorized: isVerified,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
}

/** Why the TLS handshake failed; the codes of a ConnectionError. */
export type TlsFailure =
  /** The peer does not speak TLS: RocketMQ with `tls.server.mode=disabled` ends the connection, others answer something else. */
  | 'NOT_TLS'
  /** The peer's certificate is not trusted. */
  | 'CERTIFICATE_UNTRUSTED'
  /** The peer refuses this client, most often because it requires a client certificate. */
  | 'TLS_REFUSED';

/** OpenSSL's error codes for a certificate. Source: Node.js documentation, tls.html#x509-certificate-error-codes. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'PATH_LENGTH_EXCEEDED',
  'INVALID_PURPOSE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** @returns what the failure of a TLS connection means, by its code; undefined if it has nothing to do with TLS. */
export function tlsFailureOf(error: unknown, isSecured: boolean): TlsFailure | undefined {
  const code = systemCode(error) ?? '';
  if (CERTIFICATE_CODES.has(code)) return 'CERTIFICATE_UNTRUSTED';
  if (code.startsWith('ERR_SSL_')) return code.includes('_ALERT_') ? 'TLS_REFUSED' : 'NOT_TLS';
  return !isSecured && (code === 'ECONNRESET' || code === 'EPROTO') ? 'NOT_TLS' : undefined;
}

/** Resolves with whether the node at `address` answers a TLS handshake; false if it does not, or if `signal` aborts first. */
export function speaksTls(address: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = openSocket(address, { isVerified: false });
    const settle = (answer: boolean) => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      resolve(answer);
    };
    const abort = () => settle(false);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.on('secureConnect', () => settle(true)).on('error', () => settle(false));
  });
}

function hostAndPort(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(address.slice(colon + 1)) };
}
