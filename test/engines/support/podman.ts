import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { cached, needPrograms, needRoot, workFolder } from './machine.js';

/** crun refuses hybrid cgroups, and a container cannot raise the limits of the shell. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
`;
/** As in the official image. Source: apache/rocketmq-docker image-build/Dockerfile-ubuntu. */
const USER = 3000;

/**
 * podman with Docker's API and docker-compose, with storage, networks and socket in one folder. No image can be pulled here, so it makes
 * one: Debian with a JVM, the user of the official image, and an installed release at the place of the official image's.
 */
export class Podman implements AsyncDisposable {
  readonly folder = workFolder();
  readonly #service: ChildProcess;
  #isOpen = true;
  #checking = Promise.resolve();

  static async open(): Promise<Podman> {
    needRoot('podman with networks of its own');
    await needPrograms(['podman', 'docker-compose', 'runc'], ['podman', 'docker-compose', 'netavark', 'aardvark-dns', 'runc']);
    const podman = new Podman();
    while (!existsSync(podman.#socket)) {
      if (podman.#service.exitCode !== null) throw new Error(`podman system service ended with ${podman.#service.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    podman.#checking = podman.#checkHealth();
    return podman;
  }

  private constructor() {
    writeFileSync(join(this.folder, 'containers.conf'), CONTAINERS_CONF);
    this.#service = spawn('podman', [...this.#options, 'system', 'service', '--time=0', `unix://${this.#socket}`], {
      env: this.#env,
      stdio: 'ignore',
    });
  }

  get #socket(): string {
    return join(this.folder, 'podman.sock');
  }

  get #options(): string[] {
    const at = (name: string) => join(this.folder, name);
    return ['--root', at('storage'), '--runroot', at('run'), '--network-config-dir', at('networks')];
  }

  get #env(): NodeJS.ProcessEnv {
    // Without systemd there are no timers that would run health checks: see #checkHealth.
    const conf = join(this.folder, 'containers.conf');
    return { ...process.env, CONTAINERS_CONF: conf, DOCKER_HOST: `unix://${this.#socket}`, DISABLE_HC_SYSTEMD: 'true' };
  }

  async run(args: readonly string[], options: Options = {}): Promise<string> {
    const { stdout } = await execa('podman', [...this.#options, ...args], { env: this.#env, ...options });
    return String(stdout);
  }

  /** docker-compose in the folder of a Compose file. */
  async compose(folder: string, ...args: string[]): Promise<string> {
    const { all } = await execa('docker-compose', args, { cwd: folder, env: this.#env, all: true });
    return all;
  }

  /** Makes an image `tag` that has the release of `home` where the official image of `version` has it. */
  async makeImage(tag: string, version: string, home: string): Promise<void> {
    await needPrograms(['debootstrap'], ['debootstrap']);
    const base = await cached('jre-bookworm', (folder) =>
      execa('debootstrap', ['--variant=minbase', '--include=openjdk-17-jre-headless', 'bookworm', folder]),
    );
    const root = join(this.folder, 'root');
    const releaseHome = `/home/rocketmq/rocketmq-${version}`;
    await execa('cp', ['-a', base, root]);
    await execa('chroot', [root, 'groupadd', '-g', String(USER), 'rocketmq']);
    await execa('chroot', [root, 'useradd', '-l', '-u', String(USER), '-g', String(USER), '-m', '-s', '/bin/bash', 'rocketmq']);
    await execa('cp', ['-a', home, join(root, releaseHome)]);
    await execa('chown', ['-R', `${USER}:${USER}`, join(root, 'home/rocketmq')]);
    const changes = [
      'USER=rocketmq',
      `ENV=ROCKETMQ_HOME=${releaseHome}`,
      `WORKDIR=${releaseHome}`,
      'ENV=PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    ];
    const tar = join(this.folder, 'root.tar');
    await execa('tar', ['-C', root, '-cf', tar, '.']);
    await this.run(['import', ...changes.flatMap((change) => ['--change', change]), tar, `docker.io/${tag}`]);
    rmSync(root, { recursive: true });
    rmSync(tar);
  }

  /** Does what systemd's timers would do for podman: nothing else asks whether a container is healthy. */
  async #checkHealth(): Promise<void> {
    while (this.#isOpen) {
      const ids = (await this.run(['ps', '-q']).catch(() => '')).split('\n').filter((id) => id !== '');
      for (const id of ids) if (this.#isOpen) await this.run(['healthcheck', 'run', id]).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    await this.#checking;
    for (const args of [
      ['rm', '-f', '-a', '-t', '5'],
      ['volume', 'prune', '-f'],
      ['network', 'prune', '-f'],
      ['rmi', '-f', '-a'],
    ])
      await this.run(args).catch(() => undefined);
    if (this.#service.exitCode === null && this.#service.signalCode === null) {
      const end = once(this.#service, 'exit');
      this.#service.kill('SIGTERM');
      await end;
    }
    const mounts = (await execa('findmnt', ['-rn', '-o', 'TARGET'], { reject: false })).stdout.split('\n');
    for (const mount of mounts.filter((path) => path.startsWith(this.folder)).reverse())
      await execa('umount', ['-l', mount], { reject: false });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
