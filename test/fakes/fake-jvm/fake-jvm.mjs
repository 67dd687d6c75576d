/**
 * Stands in for a JVM that runs a NameServer, a broker, a proxy or the jar of a dashboard: takes java's arguments, speaks enough of RocketMQ's protocol to be
 * registered, written to, replicated and stopped, and misbehaves on order (orders.mjs). Plain JavaScript, so that any Node runs it.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from './fake-broker.mjs';
import { startDashboard } from './fake-dashboard.mjs';
import { startNamesrv } from './fake-namesrv.mjs';
import { startProxy } from './fake-proxy.mjs';
import { optionValue, parseJavaArguments, readProperties } from './java-arguments.mjs';
import { obeyAtBoot, readOrders } from './orders.mjs';
import { roleLog } from './role-log.mjs';

const JAVA_VERSION = '17.0.0';
/** What a JVM's exit status is when a signal ran its shutdown hook. */
const SIGNAL_STATUS = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };
const ROLES = {
  'org.apache.rocketmq.namesrv.NamesrvStartup': startNamesrv,
  'org.apache.rocketmq.broker.BrokerStartup': startBroker,
  'org.apache.rocketmq.proxy.ProxyStartup': startProxy,
};

const { system, options, mainClass, args } = parseJavaArguments(process.argv.slice(2));

if (options.includes('-XshowSettings:properties')) {
  process.stderr.write(`Property settings:\n    java.vendor = rmqdev test fake\n    java.version = ${JAVA_VERSION}\n`);
  process.exit(0);
}
if (options.includes('-version')) {
  process.stderr.write(`openjdk version "${JAVA_VERSION}"\n`);
  process.exit(0);
}
const optionOf = (name) => options.find((option) => option.startsWith(`-XX:${name}=`))?.slice(name.length + 5);
if (options.includes('-Xshare:dump')) {
  const { archiveMs } = JSON.parse(readFileSync(optionOf('SharedClassListFile'), 'utf8'));
  await new Promise((resolve) => setTimeout(resolve, archiveMs));
  writeFileSync(optionOf('SharedArchiveFile'), 'class archive of the fake JVM\n');
  process.exit(0);
}
const start = options.includes('-jar') ? startDashboard : ROLES[mainClass];
if (start === undefined) {
  process.stderr.write(
    `Error: Could not find or load main class ${mainClass}\nCaused by: java.lang.ClassNotFoundException: ${mainClass}\n`,
  );
  process.exit(1);
}

const userHome = system['user.home'] ?? homedir();
mkdirSync(userHome, { recursive: true });
const launchesLog = join(userHome, 'launches.log');
appendFileSync(launchesLog, `launch ${process.pid}\n`);

const configFile = optionValue(args, '-c', '--configFile');
let properties = {};
try {
  if (configFile !== undefined) properties = readProperties(configFile);
} catch {
  process.stderr.write(`java.io.FileNotFoundException: ${configFile} (No such file or directory)\n`);
  process.exit(255);
}
const proxyFile = optionValue(args, '-pc', '--proxyConfigPath');
const orders = readOrders(process.env.FAKE_JVM, properties, launchesLog);
const classList = optionOf('DumpLoadedClassList');
if (orders.archiveMs !== undefined && classList !== undefined)
  writeFileSync(classList, JSON.stringify({ archiveMs: Number(orders.archiveMs) }));
let stop = async () => {};

process.on('SIGQUIT', () => process.stdout.write(`Full thread dump OpenJDK 64-Bit Server VM (${JAVA_VERSION}):\n`));
let isStopping = false;
for (const [signal, status] of Object.entries(SIGNAL_STATUS)) {
  process.on(signal, async () => {
    if (isStopping) return;
    if (orders.ignoreSigterm !== undefined) {
      process.stdout.write(`${signal} ignored\n`);
      return;
    }
    isStopping = true;
    if (orders.slowStopMs !== undefined) await new Promise((resolve) => setTimeout(resolve, Number(orders.slowStopMs)));
    await stop();
    process.exit(status);
  });
}

await obeyAtBoot(orders, userHome);
try {
  stop = await start({
    args,
    orders,
    configFile,
    proxyFile,
    properties,
    namesrvAddr:
      optionValue(args, '-n', '--namesrvAddr') ?? properties.namesrvAddr ?? system['rocketmq.namesrv.addr'] ?? process.env.NAMESRV_ADDR,
    userHome,
    isMute: orders.mute !== undefined,
    isLazy: orders.lazyRegister !== undefined,
    clockAheadMs: Number(orders.clockAheadMs ?? 0),
    log: roleLog(userHome),
    print: (line) => process.stdout.write(`${line}\n`),
    onStopKnown: (known) => {
      stop = known;
    },
  });
} catch (error) {
  const isBusy = error.code === 'EADDRINUSE';
  process.stderr.write(
    isBusy ? 'java.net.BindException: Address already in use\n\tat java.base/sun.nio.ch.Net.bind0(Native Method)\n' : `${error.stack}\n`,
  );
  await stop();
  process.exit(255);
}
