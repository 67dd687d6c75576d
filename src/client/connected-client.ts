import { RmqdevError } from '../base/errors.js';
import { prepareHome } from '../base/home.js';
import type { HomePaths } from '../base/paths.js';
import { CALLS } from '../contract/calls.js';
import type { Call, Stream } from '../contract/routes.js';
import { PROTOCOL, type Speaker, versionMismatch } from '../contract/version.js';
import { greet, type Hello, startDaemon } from './daemon-process.js';
import { type Answer, DaemonClient, type Request } from './http.js';

/** A daemon that says nothing for so long is asked whether it is there at all. */
const SILENCE_MS = 2_000;

/**
 * The client of a command. Before its first answer it starts a daemon if none runs, and refuses one that speaks another protocol.
 * A question is sent at once, without `hello` before it: the daemon says its version in the answer, and refuses by itself what it does
 * not understand. What changes something is sent after `hello`, because a call that may have arrived must not be sent again.
 */
export class ConnectedClient extends DaemonClient {
  #isKnown = false;
  #greeting: Promise<Hello> | undefined;

  /** @param onOtherVersion is told the version of a daemon that is not of this `version` */
  constructor(
    private readonly home: HomePaths,
    private readonly version: string,
    private readonly onOtherVersion: (version: string) => void = () => {},
  ) {
    super(home.socket, { version, protocol: PROTOCOL });
  }

  /**
   * @returns what the daemon says of itself, which is started if none runs.
   * @throws RmqdevError DAEMON_VERSION_MISMATCH, DAEMON_UNREACHABLE, or why it could not start
   */
  hello(): Promise<Hello> {
    this.#greeting ??= this.#greet();
    return this.#greeting;
  }

  protected override async send(name: Call | Stream, request: Request): Promise<Answer> {
    if (this.#isKnown) return super.send(name, request);
    if (this.#greeting !== undefined || CALLS[name].method !== 'GET') {
      await this.hello();
      return super.send(name, request);
    }
    prepareHome(this.home);
    const silence = new AbortController();
    const signal = request.signal ? AbortSignal.any([request.signal, silence.signal]) : silence.signal;
    const timer = setTimeout(() => void greet(this.home).catch((error) => silence.abort(error)), SILENCE_MS);
    try {
      const answer = await super.send(name, { ...request, signal });
      // If it has refused the protocol, or is from before it said its own, `hello` tells more.
      if (answer.daemon?.protocol !== PROTOCOL) await this.hello();
      else this.#meet(answer.daemon);
      return answer;
    } catch (error) {
      // Nothing has answered: whatever happens to be at the other end, the question can be sent again.
      if (silence.signal.aborted || !(error instanceof RmqdevError) || error.code !== 'DAEMON_UNREACHABLE') throw error;
      await this.hello();
      return super.send(name, request);
    } finally {
      clearTimeout(timer);
    }
  }

  async #greet(): Promise<Hello> {
    prepareHome(this.home);
    const hello = (await greet(this.home)) ?? (await startDaemon(this.home));
    if (hello.protocol !== PROTOCOL) throw versionMismatch(hello, { version: this.version, protocol: PROTOCOL });
    this.#meet(hello);
    return hello;
  }

  #meet({ version }: Pick<Speaker, 'version'>): void {
    if (!this.#isKnown && version !== this.version) this.onOtherVersion(version);
    this.#isKnown = true;
  }
}
