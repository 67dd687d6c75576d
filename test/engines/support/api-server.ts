import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePorts } from '../../support/free-ports.js';
import { until } from '../../support/until.js';
import { cached, needPrograms, workFolder } from './machine.js';

const KUBERNETES = '1.34.4';
/** Modules that Kubernetes develops in its own repository and replaces by relative paths, which a user of it must replace by versions. */
const STAGING =
  'api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap code-generator component-base component-helpers controller-manager cri-api cri-client csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller'.split(
    ' ',
  );
const MAIN = `package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
`;

/** A real API server of Kubernetes with its etcd. It judges objects and runs none: there is no kubelet. */
export class ApiServer implements AsyncDisposable {
  readonly #folder = workFolder();
  readonly #processes: ChildProcess[] = [];
  #url = '';

  static async open(): Promise<ApiServer> {
    await needPrograms(['go', 'kubectl', 'openssl'], ['golang-go', 'kubectl', 'openssl']);
    await needPrograms(['etcd'], ['etcd-server']);
    const program = join(await cached(`kube-apiserver-${KUBERNETES}`, build), 'kube-apiserver');
    const server = new ApiServer();
    await server.#start(program);
    return server;
  }

  async #start(program: string): Promise<void> {
    const at = (name: string) => join(this.#folder, name);
    const [client, peer, api] = (await freePorts(3)) as [number, number, number];
    const etcd = `http://127.0.0.1:${client}`;
    const peers = `http://127.0.0.1:${peer}`;
    await execa('openssl', ['genrsa', '-out', at('sa.key'), '2048']);
    writeFileSync(at('tokens.csv'), 'tok,admin,1,system:masters\n');
    this.#spawn('etcd', [
      ...['--data-dir', at('etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd, '--listen-peer-urls', peers],
      ...['--initial-advertise-peer-urls', peers, '--initial-cluster', `default=${peers}`],
    ]);
    this.#spawn(program, [
      ...[`--etcd-servers=${etcd}`, `--secure-port=${api}`, '--bind-address=127.0.0.1', '--advertise-address=127.0.0.1'],
      ...[`--cert-dir=${at('certs')}`, '--service-account-issuer=https://kubernetes', `--service-account-key-file=${at('sa.key')}`],
      ...[`--service-account-signing-key-file=${at('sa.key')}`, `--token-auth-file=${at('tokens.csv')}`],
      ...['--authorization-mode=AlwaysAllow', '--service-cluster-ip-range=10.96.0.0/16', '--disable-admission-plugins=ServiceAccount'],
    ]);
    this.#url = `https://127.0.0.1:${api}`;
    await until(() => this.kubectl('get', 'namespace', 'default'));
  }

  #spawn(program: string, args: readonly string[]): void {
    this.#processes.push(spawn(program, args, { cwd: this.#folder, stdio: 'ignore' }));
  }

  async kubectl(...args: string[]): Promise<string> {
    const options = ['--server', this.#url, '--insecure-skip-tls-verify', '--token', 'tok', '--cache-dir', join(this.#folder, 'cache')];
    return (await execa('kubectl', [...options, ...args])).stdout;
  }

  /** @returns what the server would make of the objects in `file`. Rejects if it would refuse one, also for a field that it does not know. */
  dryRun(file: string): Promise<string> {
    return this.kubectl('apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const end = once(child, 'exit');
      // Nothing of it is kept.
      child.kill('SIGKILL');
      await end;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** From Go modules: about 10 minutes of two quiet cores. */
async function build(folder: string): Promise<void> {
  const staging = STAGING.map((name) => `\tk8s.io/${name} => k8s.io/${name} v0.${KUBERNETES.slice(2)}\n`);
  writeFileSync(join(folder, 'main.go'), MAIN);
  writeFileSync(
    join(folder, 'go.mod'),
    `module apiserver\n\ngo 1.24.0\n\nrequire k8s.io/kubernetes v${KUBERNETES}\n\nreplace (\n${staging.join('')})\n`,
  );
  await execa('go', ['mod', 'tidy'], { cwd: folder });
  await execa('nice', ['go', 'build', '-ldflags', '-s -w', '-o', 'kube-apiserver', '.'], { cwd: folder });
}
