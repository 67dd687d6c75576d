import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { CliProcess, type Outcome } from './cli-process.js';
import { until } from './until.js';

/**
 * Hosts of their own, made of network namespaces: each has its own addresses, ports, firewall and RMQDEV_HOME. Needs Linux, root,
 * iproute2 and nftables; nothing of it touches the network of the machine.
 *
 *   const net = await freshNet();
 *   const lan = await net.lan('lan');
 *   const a = await net.host('a', { lan, address: '172.17.160.28' });
 *   await a.rmqdev('up', '2m2s-two-hosts', '--host', 'a');
 *
 * Behind NAT: hosts of a second LAN whose gateway is a router with a public address in the first one.
 *
 *   const inside = await net.lan('inside');
 *   const router = await net.router('nat', { lan, addresses: ['219.216.64.216'], inside: { lan: inside, address: '192.168.107.2' } });
 *   const vm = await net.host('vm', { lan: inside, address: '192.168.107.129', gateway: '192.168.107.2' });
 *   await router.forward([{ address: '219.216.64.216', port: 10_911, to: '192.168.107.129' }], { hairpin: true });
 *
 * All addresses on a LAN reach each other, whatever they are. The end of the test kills what still runs in the namespaces and removes
 * them; those of a test run that was killed go when the next one begins.
 */
export class Net implements AsyncDisposable {
  static #count = 0;
  readonly #prefix = `rmqdev-${process.pid}-${++Net.#count}-`;
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), `rn-${process.pid}-`)));
  readonly #namespaces: string[] = [];
  #links = 0;

  private constructor() {}

  /** @throws Error in plain words if this machine cannot do it */
  static async create(): Promise<Net> {
    await demandTools();
    await removeStale();
    return new Net();
  }

  /** A switch. */
  async lan(name: string): Promise<Lan> {
    const namespace = await this.#namespace(name);
    await ip('-n', namespace, 'link', 'add', 'br0', 'type', 'bridge');
    await ip('-n', namespace, 'link', 'set', 'br0', 'up');
    return { namespace };
  }

  /** @param settings.gateway none: everything is on the LAN; else the rest of the world is behind it (and the LAN is a /24). */
  async host(name: string, { lan, address, gateway }: { lan: Lan; address: string; gateway?: string }): Promise<Host> {
    const namespace = await this.#namespace(name);
    await this.#plug(namespace, 'eth0', lan);
    await ip('-n', namespace, 'address', 'add', `${address}/${gateway === undefined ? 32 : 24}`, 'dev', 'eth0');
    const host = new Host(namespace, {
      name,
      address,
      route: gateway === undefined ? ON_LAN : ['via', gateway],
      root: join(this.#root, name),
    });
    await host.plugIn();
    return host;
  }

  /** A machine that forwards between two LANs. It has `addresses` on `lan`, and is the gateway of the hosts inside. */
  async router(
    name: string,
    { lan, addresses, inside }: { lan: Lan; addresses: readonly string[]; inside: { lan: Lan; address: string } },
  ): Promise<Router> {
    const namespace = await this.#namespace(name);
    await this.#plug(namespace, 'eth0', lan);
    for (const address of addresses) await ip('-n', namespace, 'address', 'add', `${address}/32`, 'dev', 'eth0');
    await this.#plug(namespace, 'inside', inside.lan);
    await ip('-n', namespace, 'address', 'add', `${inside.address}/24`, 'dev', 'inside');
    await ip('-n', namespace, 'link', 'set', 'inside', 'up');
    const router = new Router(namespace, { name, address: addresses[0] ?? inside.address, route: ON_LAN, root: join(this.#root, name) });
    await router.plugIn();
    await router.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    await router.forward([]);
    return router;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const namespace of this.#namespaces.splice(0)) await removeNamespace(namespace);
    rmSync(this.#root, { recursive: true, force: true });
  }

  async #namespace(name: string): Promise<string> {
    const namespace = `${this.#prefix}${name}`;
    this.#namespaces.push(namespace);
    writeNames(namespace);
    await ip('netns', 'add', namespace);
    await ip('-n', namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  /** A cable between a host and a switch. */
  async #plug(namespace: string, device: string, lan: Lan): Promise<void> {
    const port = `port${++this.#links}`;
    await ip('link', 'add', device, 'netns', namespace, 'type', 'veth', 'peer', 'name', port, 'netns', lan.namespace);
    await ip('-n', lan.namespace, 'link', 'set', port, 'master', 'br0', 'up');
  }
}

/** A net for one test, removed at its end, also where it failed or timed out. */
export async function freshNet(): Promise<Net> {
  const net = await Net.create();
  onTestFinished(() => net[Symbol.asyncDispose]());
  return net;
}

export type Lan = { readonly namespace: string };

export type Result = { code: number | undefined; stdout: string; stderr: string };

/** The route of a host that has no gateway: it finds everything on its LAN. */
const ON_LAN = ['dev', 'eth0'];

export class Host {
  readonly name: string;
  readonly address: string;
  /** RMQDEV_HOME of the host. */
  readonly home: string;
  /** Its commands run here, and it is their HOME too. */
  readonly cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #route: readonly string[];

  constructor(
    readonly namespace: string,
    { name, address, route, root }: { name: string; address: string; route: readonly string[]; root: string },
  ) {
    this.name = name;
    this.address = address;
    this.#route = route;
    this.home = join(root, 'h');
    this.cwd = join(root, 'u');
    mkdirSync(this.cwd, { recursive: true });
    this.#env = { PATH: process.env.PATH, NO_COLOR: '1', TZ: 'UTC', LANG: 'C.UTF-8', HOME: this.cwd, RMQDEV_HOME: this.home };
  }

  /** Runs a program on this host to its end, whatever its exit code. */
  async run(program: string, ...args: string[]): Promise<Result> {
    const { exitCode: code, stdout, stderr } = await execa('ip', this.#inside([program, ...args]), this.#options);
    return { code, stdout, stderr };
  }

  /** Runs the built CLI on this host to its end. Its daemon and its nodes stay here too. */
  rmqdev(...args: string[]): Promise<Outcome> {
    return this.begin(...args).outcome;
  }

  /** Runs the built CLI beside the test. */
  begin(...args: string[]): CliProcess {
    return new CliProcess(args, { env: this.#env, cwd: this.cwd, command: ['ip', ...this.#inside([])] });
  }

  /** Loads rules into the packet filter of this host, as `nft -f` takes them. @throws Error with what nft says about them */
  async nft(rules: string): Promise<void> {
    await execa('ip', this.#inside(['nft', '-f', '-']), { input: rules });
  }

  /** Opens ports that accept connections and say nothing, until the test ends. */
  async listen(...ports: number[]): Promise<void> {
    const program = `for (const port of ${JSON.stringify(ports)}) require('node:net').createServer(() => {}).listen(port)`;
    void execa('ip', this.#inside([process.execPath, '-e', program]), { ...this.#options, stdio: 'ignore' });
    await until(async () => {
      for (const port of ports)
        if (!(await this.connects('127.0.0.1', port))) throw new Error(`${this.name} does not listen on ${port} yet`);
    });
  }

  /** Can a program on this host connect there within a second? */
  async connects(address: string, port: number): Promise<boolean> {
    const program = `require('node:net').connect({ host: '${address}', port: ${port} }).on('connect', () => process.exit(0)).on('error', () => process.exit(1)).setTimeout(1000, () => process.exit(1))`;
    return (await this.run(process.execPath, '-e', program)).code === 0;
  }

  /** Names for this host alone, beside those of the machine: a line of /etc/hosts each. */
  names(table: Readonly<Record<string, string>>): void {
    writeNames(this.namespace, table);
  }

  /** Pulls its cable, and plugs it in again: for the others this host is gone, and what runs on it goes on. */
  async unplug(): Promise<void> {
    await ip('-n', this.namespace, 'link', 'set', 'eth0', 'down');
  }

  async plugIn(): Promise<void> {
    await ip('-n', this.namespace, 'link', 'set', 'eth0', 'up');
    // The kernel forgets the routes of a device that goes down.
    await ip('-n', this.namespace, 'route', 'replace', 'default', ...this.#route);
  }

  get #options() {
    return { cwd: this.cwd, env: this.#env, extendEnv: false, reject: false } as const;
  }

  #inside(command: readonly string[]): string[] {
    return ['netns', 'exec', this.namespace, ...command];
  }
}

/** `port` at `address` of the router goes to `to`, at `toPort` or the same port. */
export type Forward = { address: string; port: number; to: string; toPort?: number };

export class Router extends Host {
  /**
   * Replaces what the router forwards; hosts inside always reach the outside under its address.
   * @param settings.hairpin also connections from inside to the public address are turned round; without it the router itself refuses them
   */
  async forward(table: readonly Forward[], { hairpin = false }: { hairpin?: boolean } = {}): Promise<void> {
    const from = hairpin ? '' : 'iifname "eth0" ';
    const rules = table.map(
      ({ address, port, to, toPort = port }) => `    ${from}ip daddr ${address} tcp dport ${port} dnat to ${to}:${toPort}`,
    );
    await this.nft(`table ip rmqdev_net
delete table ip rmqdev_net
table ip rmqdev_net {
  chain prerouting {
    type nat hook prerouting priority dstnat
${rules.join('\n')}
  }
  chain postrouting {
    type nat hook postrouting priority srcnat
    oifname "eth0" masquerade
    iifname "inside" oifname "inside" ct status dnat masquerade
  }
}
`);
  }
}

async function ip(...args: string[]): Promise<string> {
  return (await execa('ip', args)).stdout;
}

const namesFolder = (namespace: string) => join('/etc/netns', namespace);

/** `ip netns exec` puts these files over those in /etc. No name server: a lookup of an unknown name fails at once. */
function writeNames(namespace: string, table: Readonly<Record<string, string>> = {}): void {
  const lines = Object.entries(table).map(([name, address]) => `${address} ${name}\n`);
  mkdirSync(namesFolder(namespace), { recursive: true });
  writeFileSync(join(namesFolder(namespace), 'resolv.conf'), 'nameserver 127.0.0.1\n');
  writeFileSync(join(namesFolder(namespace), 'hosts'), `${readFileSync('/etc/hosts', 'utf8').trimEnd()}\n${lines.join('')}`);
}

async function removeNamespace(namespace: string): Promise<void> {
  if ((await namespaces()).includes(namespace)) {
    await until(async () => {
      const pids = (await ip('netns', 'pids', namespace)).split('\n').filter(Boolean).map(Number);
      for (const pid of pids) endProcess(pid);
      if (pids.length > 0) throw new Error(`pids ${pids.join(', ')} still run in ${namespace}`);
    });
    await ip('netns', 'delete', namespace);
  }
  rmSync(namesFolder(namespace), { recursive: true, force: true });
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const namespaces = async () => (await ip('netns', 'list')).split('\n').map((line) => line.split(' ')[0] as string);

/** A test run that was killed could not remove its own. */
async function removeStale(): Promise<void> {
  const isStale = (name: string, prefix: string) => {
    const [, of, pid] = /^(\w+)-(\d+)-/.exec(name) ?? [];
    return of === prefix && !existsSync(`/proc/${pid}`);
  };
  for (const namespace of await namespaces()) if (isStale(namespace, 'rmqdev')) await removeNamespace(namespace);
  for (const folder of readdirSync(tmpdir())) {
    if (isStale(folder, 'rn')) rmSync(join(tmpdir(), folder), { recursive: true, force: true });
  }
}

async function demandTools(): Promise<void> {
  if (process.platform !== 'linux') throw new Error('these tests need network namespaces, which only Linux has: run them there, as root');
  if (process.getuid?.() !== 0) throw new Error('these tests make network namespaces, which only root may: run `sudo npm run test:net`');
  for (const [program, ...args] of [
    ['ip', '-Version'],
    ['nft', '--version'],
  ] as const) {
    const { failed } = await execa(program, args, { reject: false });
    if (failed) throw new Error(`these tests need ${program}: \`apt-get install iproute2 nftables\``);
  }
}
