import { afterEach, beforeEach, expect, test } from 'vitest';
import { showProfile } from '../../../src/profile/show-profile.js';
import { ProfileFolder, SMALL } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

test('each value is shown with the file and line, the option or the default it comes from', async () => {
  folder.write('base.yaml', `${SMALL}roles: { broker: { properties: { deleteWhen: 04 }, jvm: [-Xint] } }\nrestart: never\n`);
  folder.write('p.yaml', 'extends: ./base.yaml\ndescription: Mine\nnodes: { namesrv-2: null }\ntopics: [A]\n');
  const loaded = await folder.load('p.yaml', { heap: ['512m'] });
  expect(showProfile(loaded, folder.cwd)).toBe(`description: Mine # p.yaml:2:1
brokerClusterName: DefaultCluster # default
replication: async # default
flush: async # default
startup: fast # default
advertise:
  clients: 127.0.0.1 # default
  replication: 127.0.0.1 # default
restart:
  policy: never # base.yaml:6:1
  maxRestarts: 5 # default
  window: 60s # default
  backoff: 1s..30s # default
nodes:
  namesrv-1:
    role: namesrv # base.yaml:2:16
  broker-a:
    role: broker # base.yaml:4:15
    brokerName: broker-a # default
    brokerId: 0 # default
    heap: 512m # --heap 512m
    jvm:
      - -Xint # base.yaml:5:58
    properties:
      deleteWhen: "04" # base.yaml:5:34
topics:
  - A # p.yaml:4:10
`);
});

test.each([
  ['single', []],
  [
    '2m2s',
    [
      'restart=always',
      'broker-a.restart.maxRestarts=2',
      'broker.properties.x=a # b',
      'java=./jdk',
      'topics=[{ name: A, brokers: [broker-a] }]',
    ],
  ],
  [
    '2m-noslave',
    ['broker.jvm=[]', 'broker-a.properties={}', 'broker.env.A="two\\nlines"', 'advertise.clients=10.0.0.1', 'broker-b.heap=67108864'],
  ],
])('what is shown of %s loads to the same profile', async (name, set) => {
  const loaded = await folder.load(name, { set });
  folder.write('shown.yaml', showProfile(loaded, folder.cwd));
  const { profile } = await folder.load('shown.yaml');
  const unplaced = { name: '', file: '', source: undefined };
  expect({ ...profile, ...unplaced }).toEqual({ ...loaded.profile, ...unplaced });
});
