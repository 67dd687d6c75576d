import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOf as folder, imported } from '../../support/import-files.js';

type Result = Awaited<ReturnType<typeof imported>>;
const brokers = ({ profile }: Result) =>
  profile.nodes.filter(({ role }) => role === 'broker').map(({ id, brokerName, brokerId }) => `${id} ${brokerName} ${brokerId}`);
const places = ({ findings }: Result) =>
  findings
    .filter(({ oneMachine }) => !oneMachine)
    .flatMap(({ code, at }) => at.map(({ file, line }) => `${code} ${file.replace(/.*rd-import-[^/]*\//, '')}:${line}`));

const COMPOSE = `services:
  namesrv:
    image: apache/rocketmq:\${VERSION:-4.9.7}
    command: sh mqnamesrv
    environment:
      JAVA_OPT_EXT: "-Xms256m -Xmx256m"
  broker-a:
    image: apache/rocketmq:\${VERSION:-4.9.7}
    volumes:
      - ./conf/a.conf:/home/rocketmq/conf/broker.conf
    environment:
      - NAMESRV_ADDR=namesrv:9876
      - JAVA_OPT_EXT=-server -Xms512m -Xmx512m
    command: sh mqbroker -c ../conf/broker.conf autoCreateTopicEnable=true
  broker-b:
    image: apache/rocketmq:4.9.7
    command: ["sh", "mqbroker", "-n", "namesrv:9876", "-c", "/etc/broker.conf"]
    configs:
      - source: broker_b
        target: /etc/broker.conf
  rmq-broker-c:
    image: apache/rocketmq:4.9.7
    command: sh mqbroker -n namesrv:9876
  dashboard:
    image: apacherocketmq/rocketmq-dashboard:1.0.0
configs:
  broker_b:
    content: |
      brokerName=broker-b
      flushDiskTyp=ASYNC_FLUSH
      maxMessageSize=65536
`;

test('a Compose file: mounted, inline and no configuration; heaps, NameServer, release; findings have its lines', async () => {
  const root = folder({ 'docker-compose.yml': COMPOSE, 'conf/a.conf': 'brokerName=broker-a\nbrokerIP1=192.168.1.5\n' });
  const result = await imported(root);
  expect(result.nodes[0]).toBe('namesrv-1');
  expect(brokers(result)).toEqual(['broker-a broker-a 0', 'broker-b broker-b 0', 'rmq-broker-c rmq-broker-c 0']);
  expect(result.node('broker-b')?.properties).toEqual({ maxMessageSize: '65536' });
  expect([result.node('namesrv-1')?.heapBytes, result.node('broker-a')?.heapBytes]).toEqual([268_435_456, 536_870_912]);
  expect(result.profile.rocketmq).toBe('4.9.7');
  expect(places(result)).toEqual(['ARGUMENT_IGNORED docker-compose.yml:14', 'KEY_UNKNOWN docker-compose.yml:30']);
  // Who names the Compose file alone means what it mounts too.
  expect(brokers(await imported(join(root, 'docker-compose.yml')))).toEqual(brokers(result));
});

test('two Compose files for the same configuration are variants; what nothing starts is left out', async () => {
  const mount =
    'services:\n  namesrv: {image: "apache/rocketmq:5.3.2", command: sh mqnamesrv}\n  b:\n    image: apache/rocketmq:5.3.2\n    command: sh mqbroker -c /c/broker.conf\n    volumes: ["./data/conf:/c"]\n';
  const root = folder({
    'compose.yml': mount,
    'compose-dev.yml': mount,
    'data/conf/broker.conf': 'brokerName=used\nbrokerId=0\n',
    'old/broker-1.conf': 'brokerName=old\nbrokerId=0\n',
    'old/broker-2.conf': 'brokerName=old2\nbrokerId=0\n',
  });
  const result = await imported(root);
  expect(result.nodes).toEqual(['namesrv-1', 'used']);
});

test('manifests: ConfigMaps, workloads in other files, a proxy in the broker', async () => {
  const root = folder({
    'config.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: rmq }
data:
  broker-a.conf: |
    brokerClusterName=c
    brokerName=broker-a
    brokerRole=SYNC_MASTER
    flushDiskType=SYNC_FLUSH 
  broker-a-s.conf: |
    brokerClusterName=c
    brokerName=broker-a
    brokerId=1
    brokerRole=SLAVE
  start.sh: |
    #!/bin/sh
    brokerName=none
`,
    'work.yaml': `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: rmq-namesrv }
spec:
  template:
    spec:
      containers:
        - { name: n, image: "apache/rocketmq:5.3.2", args: [sh, mqnamesrv] }
---
apiVersion: v1
kind: List
items:
  - apiVersion: apps/v1
    kind: StatefulSet
    metadata: { name: master }
    spec:
      template:
        spec:
          containers:
            - name: b
              image: apache/rocketmq:5.3.2
              env: [{ name: NS, value: "rmq-namesrv:9876" }, { name: JAVA_OPT_EXT, value: "-Xmx700m" }]
              command: [sh, -c, "./mqbroker -n $(NS) -c /conf/broker-a.conf --enable-proxy"]
              volumeMounts: [{ name: v, mountPath: /conf }]
          volumes: [{ name: v, configMap: { name: rmq } }]
`,
  });
  const result = await imported(root);
  expect(result.nodes).toEqual(['namesrv-1', 'broker-a', 'broker-a-s', 'proxy-1']);
  expect(result.profile).toMatchObject({ brokerClusterName: 'c', replication: 'sync' });
  expect(result.node('broker-a')?.heapBytes).toBe(734_003_200);
  expect(places(result)).toEqual(['VALUE_BLANK_AT_END config.yaml:9']);
});

test('a chart: its statements are no YAML, and what they leave open is a note', async () => {
  const result = await imported(
    folder({
      'templates/broker.yaml': `{{- if .Values.broker.enabled }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "x.fullname" . }}
  labels:
    {{- include "x.labels" . | nindent 4 }}
data:
  broker.conf: |
    brokerName=broker-a
    brokerClusterName={{ .Values.cluster }}
    fileReservedTime=72
{{- end }}
`,
    }),
    { rocketmq: '5.3.2' },
  );
  expect(result.node('broker-a')?.properties).toEqual({ fileReservedTime: '72' });
  expect(result.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['info PLACEHOLDER']);
});

test('resources of the operator: groups of a master and slaves, with the settings of their ConfigMap', async () => {
  const result = await imported(
    folder({
      'cluster.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: broker-config }
data:
  broker-common.conf: |
    deleteWhen=04
    brokerRole=ASYNC_MASTER
---
apiVersion: rocketmq.apache.org/v1alpha1
kind: NameService
metadata: { name: name-service }
spec: { size: 1 }
---
apiVersion: rocketmq.apache.org/v1alpha1
kind: Broker
metadata: { name: broker }
spec: { size: 2, replicaPerGroup: 1 }
`,
    }),
  );
  expect(brokers(result)).toEqual(['broker-0 broker-0 0', 'broker-1 broker-1 0', 'broker-0-s broker-0 1', 'broker-1-s broker-1 1']);
  expect(result.profile.nodes.filter(({ role }) => role === 'broker').every(({ properties }) => properties.deleteWhen === '04')).toBe(true);
});

test('docker run and here-documents of a script: variables, quotes, continued lines, appended lines', async () => {
  const result = await imported(
    folder({
      'run.sh': `#!/bin/bash
IP=192.168.3.4
docker run -d --name rmqnamesrv -p 9876:9876 apache/rocketmq:4.9.7 sh mqnamesrv
# cat > old.conf <<EOF
mkdir -p conf
cat > "conf/broker.conf" <<EOF
brokerName = broker-x
brokerIP1 = $IP
deleteWhen=04 # hour
EOF
cat <<'END' >> conf/broker.conf
maxMessageSize=65536
END
echo "fileReservedTime=72" >> conf/broker.conf
docker run -d --name rmqbroker \\
  -v $PWD/conf/broker.conf:/home/rocketmq/conf/broker.conf \\
  -e "NAMESRV_ADDR=namesrv:9876" -e "JAVA_OPT_EXT=-Xms384m -Xmx384m" \\
  apache/rocketmq:4.9.7 sh mqbroker -c /home/rocketmq/conf/broker.conf
docker run -d --name ui apacherocketmq/rocketmq-dashboard:latest
`,
    }),
  );
  expect(result.nodes).toEqual(['namesrv-1', 'broker-x']);
  expect(result.node('broker-x')).toMatchObject({
    heapBytes: 402_653_184,
    properties: { deleteWhen: '04', maxMessageSize: '65536', fileReservedTime: '72' },
  });
  expect(places(result)).toEqual(['VALUE_COMMENT run.sh:9']);
  expect(result.told).toContainEqual('run.sh:8 brokerIP1=192.168.3.4 → 127.0.0.1');
});

test('a script for each host, each with its file; a script that writes a Compose file', async () => {
  const script = (ip: string, name: string) =>
    `mkdir -p /opt/mq\ncat > /opt/mq/broker.conf <<'EOF'\nbrokerName=${name}\nbrokerId=0\nbrokerIP1=${ip}\nlistenPort=10911\nnamesrvAddr=10.0.0.1:9876;10.0.0.2:9876\nEOF\nnohup sh mqbroker -c /opt/mq/broker.conf &\n`;
  const hosts = await imported(folder({ 'install-10.0.0.1.sh': script('10.0.0.1', 'a'), 'install-10.0.0.2.sh': script('10.0.0.2', 'b') }));
  expect(hosts.hosts.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2']);
  const composed = await imported(
    folder({ 'up.sh': `cat > docker-compose.yml <<EOF\n${COMPOSE.replaceAll('$', '\\$')}EOF\ndocker compose up -d\n` }),
  );
  expect(places(composed)).toContain('KEY_UNKNOWN up.sh:31');
});

test('one Compose file for each machine, with the name of the machine before it', async () => {
  const compose = (name: string) =>
    `services:\n  ${name}:\n    image: apache/rocketmq:5.3.2\n    command: sh mqbroker -c /c/broker.conf\n    volumes: ["./conf/${name}.conf:/c/broker.conf"]\n`;
  const conf = (name: string, id: number, ip: string) =>
    `brokerName=a\nbrokerId=${id}\nbrokerRole=${id ? 'SLAVE' : 'ASYNC_MASTER'}\nbrokerIP1=${ip}\nnamesrvAddr=10.0.0.1:9876\n# ${name}\n`;
  const result = await imported(
    folder({
      'vm1-docker-compose.yaml': `${compose('master')}  namesrv: {image: "apache/rocketmq:5.3.2", command: sh mqnamesrv}\n`,
      'vm1-master.conf': conf('master', 0, '10.0.0.1'),
      'vm2-docker-compose.yaml': compose('slave'),
      'vm2-slave.conf': conf('slave', 1, '10.0.0.2'),
    }),
  );
  expect(result.profile.nodes.map(({ id, host }) => `${id} ${host}`)).toEqual(['namesrv-1 vm1', 'a vm1', 'a-s vm2']);
});

test('configuration in a variable; a container that a script starts in two ways', async () => {
  const compose = `services:
  broker:
    image: apache/rocketmq:5.3.2
    environment:
      BROKER_CONF: |
        brokerName = broker-q
        fileReservedTime = 72
    command: sh -c 'echo "$$BROKER_CONF" > /tmp/b.conf && sh mqbroker -c /tmp/b.conf'
`;
  const held = await imported(folder({ 'compose.yml': compose }));
  expect(brokers(held)).toEqual(['broker-q broker-q 0']);
  expect(held.node('broker-q')?.properties).toEqual({ fileReservedTime: '72' });
  const run = (how: string) => `docker run ${how} --name rmqbroker -e NAMESRV_ADDR=ns:9876 apache/rocketmq:4.9.7 sh mqbroker\n`;
  expect(brokers(await imported(folder({ 'run.sh': run('-d') + run('-it') })))).toEqual(['rmqbroker rmqbroker 0']);
});

// A slave whose file is only in the image became a master without a word.
test('a file that only the image has: the broker gets defaults, and so said', async () => {
  const service = (name: string) => `  ${name}: {image: "apache/rocketmq:4.9.7", command: "sh mqbroker -c ../conf/${name}.properties"}\n`;
  const { told } = await imported(folder({ 'compose.yml': `services:\n${service('broker-a')}${service('broker-a-s')}` }));
  expect(told).toContainEqual('compose.yml:3 -c ../conf/broker-a-s.properties → broker-a-s, a master with defaults');
});
