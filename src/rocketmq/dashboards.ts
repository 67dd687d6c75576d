/**
 * The generations of the RocketMQ dashboard, as data. Nothing is taken from a version number: each fact is read from the jar, because
 * people build it themselves, also from a branch or with changes.
 */

/** What an entry of the jar shows. All paths are relative to the folder of its own classes (BOOT-INF/classes/ since Spring Boot 1.4). */
export type JarFacts = {
  /** The main attributes of META-INF/MANIFEST.MF; undefined if there is none. */
  manifest: ReadonlyMap<string, string> | undefined;
  /** Its own classes and resources. */
  names: ReadonlySet<string>;
  /** The text constants of each configuration class that is there, by its path: they hold the names of its setters. */
  constants: ReadonlyMap<string, ReadonlySet<string>>;
};

export const DASHBOARD_GENERATIONS = ['console', 'dashboard-1', 'dashboard-2'] as const;
export type DashboardGeneration = (typeof DASHBOARD_GENERATIONS)[number];

type GenerationRow = {
  generation: DashboardGeneration;
  /** For people; its version follows. */
  title: string;
  /** Its `Start-Class`: what the launcher of Spring Boot runs. */
  startClass: string;
  /** The class that Spring Boot binds `rocketmq.config.*` to. */
  configClass: string;
  /** Setters of that class that mark the generation; and those that a newer generation has. */
  marks: { has: string; lacks?: string };
  /** The key for the NameServers. Of a list, each entry is one cluster: `a:9876;b:9876`. */
  namesrvKey: string;
  /** Its own port, if nobody sets one. */
  defaultPort: string;
  source: string;
};

const EXTERNALS = 'apache/rocketmq-externals, tag rocketmq-console-1.0.0, rocketmq-console/src/main';
const DASHBOARD = 'apache/rocketmq-dashboard, tags';

export const GENERATION_ROWS: readonly GenerationRow[] = [
  {
    generation: 'console',
    title: 'RocketMQ console',
    startClass: 'org.apache.rocketmq.console.App',
    configClass: 'org/apache/rocketmq/console/config/RMQConfigure.class',
    marks: { has: 'setNamesrvAddr' },
    namesrvKey: 'rocketmq.config.namesrvAddr',
    defaultPort: '8080',
    source: `${EXTERNALS}: resources/application.properties, java/org/apache/rocketmq/console/{App,config/RMQConfigure}.java`,
  },
  {
    generation: 'dashboard-1',
    title: 'RocketMQ dashboard',
    startClass: 'org.apache.rocketmq.dashboard.App',
    configClass: 'org/apache/rocketmq/dashboard/config/RMQConfigure.class',
    marks: { has: 'setNamesrvAddr', lacks: 'setNamesrvAddrs' },
    namesrvKey: 'rocketmq.config.namesrvAddr',
    defaultPort: '8080',
    source: `${DASHBOARD} rocketmq-dashboard-1.0.0: application.properties, App.java, config/RMQConfigure.java`,
  },
  {
    generation: 'dashboard-2',
    title: 'RocketMQ dashboard',
    startClass: 'org.apache.rocketmq.dashboard.App',
    configClass: 'org/apache/rocketmq/dashboard/config/RMQConfigure.class',
    marks: { has: 'setNamesrvAddrs' },
    namesrvKey: 'rocketmq.config.namesrvAddrs[0]',
    defaultPort: '8080 (2.0.0), 8082 (2.1.0)',
    source: `${DASHBOARD} rocketmq-dashboard-2.0.0 and 2.1.0: application.yml, App.java, config/RMQConfigure.java setNamesrvAddrs`,
  },
];

/** The classes whose constants `recogniseDashboard` needs. */
export const DASHBOARD_CONFIG_CLASSES: readonly string[] = [...new Set(GENERATION_ROWS.map(({ configClass }) => configClass))];

/** The folders of the settings that every generation has, below its own classes. */
export const DASHBOARD_SETTINGS_FILES = ['application.properties', 'application.yml'] as const;

/** What a jar is, as far as a launch depends on it. */
export type Dashboard = {
  generation: DashboardGeneration;
  /** `RocketMQ dashboard 2.1.0`; without the number if the jar does not say it. */
  title: string;
  /** Implementation-Version; null if the jar does not say it. */
  version: string | null;
  /** Its main class in the jar: a path. Its class-file version says which Java it needs. */
  mainClassFile: string;
  /** Spring Boot's major version; 1 if the manifest does not say it, as before 1.3. */
  springBoot: number;
  /** The setters of its configuration class: the settings that it has. */
  setters: readonly string[];
};

/** @returns what the jar is, or what was looked for and not found, one clause each. */
export function recogniseDashboard({ manifest, names, constants }: JarFacts): Dashboard | { missing: string[] } {
  if (!manifest) return { missing: ['META-INF/MANIFEST.MF'] };
  const startClass = manifest.get('Start-Class');
  const mainClassFile = `${startClass?.replaceAll('.', '/')}.class`;
  const rows = GENERATION_ROWS.filter((row) => row.startClass === startClass);
  const [known] = rows;
  if (!known) {
    const wanted = [...new Set(GENERATION_ROWS.map((row) => row.startClass))].join(' or ');
    const found = startClass ?? manifest.get('Main-Class');
    return { missing: [`Start-Class ${wanted} in META-INF/MANIFEST.MF (${found === undefined ? 'it has none' : `it has ${found}`})`] };
  }
  const missing = [
    ...[mainClassFile, known.configClass].filter((name) => !names.has(name)),
    ...(DASHBOARD_SETTINGS_FILES.some((name) => names.has(name)) ? [] : [DASHBOARD_SETTINGS_FILES.join(' or ')]),
  ];
  if (missing.length > 0) return { missing };
  const texts = constants.get(known.configClass) ?? new Set();
  const row = rows.find(({ marks }) => texts.has(marks.has) && !(marks.lacks !== undefined && texts.has(marks.lacks)));
  if (!row) return { missing: [`a setter ${[...new Set(rows.map(({ marks }) => marks.has))].join(' or ')} in ${known.configClass}`] };
  const version = manifest.get('Implementation-Version') ?? null;
  return {
    generation: row.generation,
    title: version === null ? row.title : `${row.title} ${version}`,
    version,
    mainClassFile,
    springBoot: Number(/^\d+/.exec(manifest.get('Spring-Boot-Version') ?? '')?.[0] ?? 1),
    setters: [...texts].filter((text) => /^set[A-Z]\w*$/.test(text)).sort(),
  };
}

/** Where the classes of the jar's program are, below its root. Source: Spring Boot, Repackager.java, Layouts.java. */
export function classesFolder(manifest: ReadonlyMap<string, string> | undefined): string {
  return manifest?.get('Spring-Boot-Classes') ?? 'BOOT-INF/classes/';
}

/** The first Java that loads a class file of this major version. Source: JVMS 4.1, table 4.1-A. */
export const javaOfClassFile = (major: number): number => major - 44;

type Account = { readonly accessKey: string; readonly secretKey: string };

/** What a dashboard's settings depend on. */
export type DashboardPlace = {
  port: number;
  dataFolder: string;
  namesrvAddrs: readonly string[];
  /** Of its proxies: where clients of the remoting protocol find them. */
  proxyAddrs: readonly string[];
  account: Account | null;
  tls: boolean;
};

type Line = { key: string; value: string; reason: string };

const namesrvKeyOf = (generation: DashboardGeneration): string =>
  (GENERATION_ROWS.find((row) => row.generation === generation) as GenerationRow).namesrvKey;

/**
 * @returns the settings of one dashboard in the spelling of its generation, each with its reason.
 * Sources: config/RMQConfigure.java and application.{properties,yml} of the tags above; `server.*` is Spring Boot's.
 */
export function dashboardSettings({ generation, setters }: Pick<Dashboard, 'generation' | 'setters'>, place: DashboardPlace): Line[] {
  const has = (setter: string) => setters.includes(setter);
  const { account } = place;
  return [
    { key: 'server.port', value: String(place.port), reason: 'where the browser finds it' },
    {
      key: 'server.address',
      value: '127.0.0.1',
      reason: 'only this machine: it asks for no password, and it can delete topics. 0.0.0.0 lets others in',
    },
    { key: namesrvKeyOf(generation), value: place.namesrvAddrs.join(';'), reason: 'every NameServer of this cluster' },
    {
      key: 'rocketmq.config.dataPath',
      value: place.dataFolder,
      reason: 'what it collects; the default is a folder that all dashboards share',
    },
    {
      key: 'rocketmq.config.isVIPChannel',
      value: 'false',
      reason: 'asks brokers at listenPort; at listenPort - 2 a firewall or NAT often stops it',
    },
    ...(account !== null && has('setAccessKey')
      ? [
          { key: 'rocketmq.config.accessKey', value: account.accessKey, reason: 'profile: acl; the account with which it asks' },
          { key: 'rocketmq.config.secretKey', value: account.secretKey, reason: 'profile: acl' },
        ]
      : []),
    ...(place.tls && has('setUseTLS')
      ? [{ key: 'rocketmq.config.useTLS', value: 'true', reason: 'profile: tls; brokers and NameServers accept nothing else' }]
      : []),
    ...(has('setProxyAddrs')
      ? place.proxyAddrs.map((value, index) => ({
          key: `rocketmq.config.proxyAddrs[${index}]`,
          value,
          reason: 'the remoting port of a proxy of this cluster',
        }))
      : []),
  ];
}

/** What a cluster wants of a dashboard that not every generation can do: the setter that shows it, and words for people. */
const ABILITIES = {
  acl: { setter: 'setAccessKey', key: 'rocketmq.config.accessKey' },
  tls: { setter: 'setUseTLS', key: 'rocketmq.config.useTLS' },
} as const;

/** @returns what keeps the dashboard from asking such a cluster; undefined if nothing does. */
export function unfitDashboard(
  { setters }: Pick<Dashboard, 'setters'>,
  cluster: { acl: boolean; tls: boolean },
): { feature: keyof typeof ABILITIES; key: string } | undefined {
  for (const feature of ['acl', 'tls'] as const) {
    const { setter, key } = ABILITIES[feature];
    if (cluster[feature] && !setters.includes(setter)) return { feature, key };
  }
  return undefined;
}

export type DashboardPropertyIssue = { severity: 'error' | 'warning'; message: string };

const PREFIX = 'rocketmq.config.';

/** @returns what is wrong with a property of the profile for such a dashboard. Spring Boot ignores an unknown one in silence. */
export function checkDashboardProperty(
  { generation, title, setters }: Pick<Dashboard, 'generation' | 'title' | 'setters'>,
  key: string,
): DashboardPropertyIssue | undefined {
  if (key === 'server.port') return { severity: 'error', message: 'server.port is written by rmqdev: set listenPort of the node' };
  const bare = key.replace(/\[\d+\]$/, '');
  if (/^rocketmq\.config\.namesrvAddrs?$/.test(bare)) {
    return {
      severity: 'error',
      message: `${key} is written by rmqdev: the NameServers are those of the profile (here ${namesrvKeyOf(generation)})`,
    };
  }
  if (!bare.startsWith(PREFIX) || bare.includes('-')) return undefined;
  const name = bare.slice(PREFIX.length);
  const setter = `set${name[0]?.toUpperCase()}${name.slice(1)}`;
  return setters.includes(setter)
    ? undefined
    : { severity: 'warning', message: `${title} ignores ${key}: its RMQConfigure has no such setting` };
}

/**
 * How Spring Boot is told of a file in addition to the one in the jar: up to 1.5 `spring.config.location` adds, from 2.0 on it replaces.
 * Source: Spring Boot 1.4 and 2.0 reference, "Application Property Files"; the file must end in .properties.
 */
export function settingsOption({ springBoot }: Pick<Dashboard, 'springBoot'>, file: string): string {
  return `--spring.config.${springBoot < 2 ? 'location' : 'additional-location'}=file:${file}`;
}

/**
 * What Spring Boot writes when it closes in good order, after SIGTERM; after SIGKILL nothing.
 * Sources: console of dashboard 1.0.0 (Spring Boot 2.2.2) and 2.1.0 (3.4.5), measured; AbstractApplicationContext.java doClose of Spring 4.3.
 */
export const DASHBOARD_CLOSES = /Commencing graceful shutdown|Shutting down ExecutorService|INFO\s+Closing org\.springframework/;

/** `rocketmq.config.loginRequired`: its API then answers with a redirection to the page of the login. Source: interceptor/AuthInterceptor.java. */
export const LOGIN_KEY = 'rocketmq.config.loginRequired';
