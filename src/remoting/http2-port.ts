import { type ClientHttp2Session, connect } from 'node:http2';
import { asError } from '../base/errors.js';

/**
 * Resolves once the server at `address` (host:port) has answered an HTTP/2 preface with its SETTINGS, as every gRPC server does; it
 * asks nothing else. Rejects with the system's error (ECONNREFUSED …), or with the reason of `signal`. Plain TCP: a proxy's port accepts TLS too.
 * Source: RFC 9113 §3.4; proxy/.../grpc/ProxyAndTlsProtocolNegotiator.java (permissive by default).
 */
export async function http2Answers(address: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw asError(signal.reason);
  const session = connect(`http://${address}`);
  try {
    await settingsOf(session, signal);
  } finally {
    session.destroy();
  }
}

function settingsOf(session: ClientHttp2Session, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
    session.once('remoteSettings', () => resolve());
    session.on('error', reject);
    session.once('close', () => reject(new Error('the connection was closed before its HTTP/2 settings arrived')));
  });
}
