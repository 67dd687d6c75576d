import { RANK, type Symptom, type SymptomFacts } from '../symptom.js';
import { forNode, readLog, Subject } from '../symptom-words.js';

const jdk = ({ jdkMajor }: SymptomFacts) => (jdkMajor === null ? 'this JDK' : `JDK ${jdkMajor}`);
const ADD_OPENS =
  '--add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/jdk.internal.ref=ALL-UNNAMED';
const useAddOpens = (facts: SymptomFacts) =>
  forNode(
    facts,
    () => 'Remove the options from the profile’s `jvm` that switch them off: rmqdev passes the --add-opens that are needed',
    `Start java with \`${ADD_OPENS}\`, or on JDK 8 or 11`,
  );
const removeOption = (facts: SymptomFacts, option: string) =>
  `Remove ${option} from ${forNode(facts, (node) => `\`jvm\` of ${node} in the profile`, 'its start script (runbroker.sh, runserver.sh) or JAVA_OPT_EXT')}`;

export const JVM_SYMPTOMS: readonly Symptom[] = [
  {
    code: 'JDK_TOO_OLD',
    severity: 'error',
    literals: ['Unrecognized option: --add-opens', 'Unrecognized option: --enable-native-access', 'Unrecognized option: --add-exports'],
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts) => ({
      what: `The JDK of ${facts.node ?? 'the node'} is too old for its options`,
      why: `--add-opens exists from JDK 9 on, and ${facts.jdkMajor === null ? 'this is JDK 8' : `it ran on JDK ${facts.jdkMajor}`}`,
      next: `Use a newer JDK${forNode(facts, () => ' (`rmqdev up <profile> --java 17`)', '')}, or omit the option: JDK 8 needs none`,
    }),
    source: 'JDK 8 java(1)',
    notProvoked: 'no JDK 8 on the machine that runs the cases',
  },
  {
    code: 'JDK_TOO_OLD',
    severity: 'error',
    literals: ['UnsupportedClassVersionError', 'Unsupported major.minor version'],
    pattern:
      /(?:UnsupportedClassVersionError: (?<class>\S{1,300}) has been compiled|Unsupported major.minor version|UnsupportedClassVersionError)/,
    rank: RANK.jvmRefused,
    says: (facts, { groups }) => ({
      what: `A class of ${facts.node ?? 'the node'} needs a newer JDK`,
      why: `${groups.class ?? 'it'} was compiled for a newer Java than ${jdk(facts)} runs; RocketMQ itself runs from Java 8 on`,
      next: `Use a newer JDK${forNode(facts, () => ' (`rmqdev up <profile> --java 17`)', '')}, or remove the jar that was added`,
    }),
    source: 'OpenJDK classFileParser.cpp',
    notProvoked: 'every supported release is Java 8 bytecode; only a jar from elsewhere can do this',
  },
  {
    code: 'JVM_OPTION_UNKNOWN',
    severity: 'error',
    literals: [
      'Unrecognized VM option ',
      'Unrecognized option: -',
      'Improperly specified VM option ',
      'Missing +/- setting for VM option ',
      'Unexpected +/- setting in VM option ',
    ],
    pattern: /VM option '(?<vm>[^']{1,200})'|Unrecognized option: (?<option>-\S{1,200})/,
    notNear: /--add-opens|--enable-native-access|--add-exports/,
    // RocketMQ itself says the same about an argument, above its help.
    notFollowedBy: /^usage: mq/,
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts, { groups }) => {
      const option = groups.vm ? `-XX:…${groups.vm}` : (groups.option ?? 'an option');
      return {
        what: `The JVM refused an option of ${facts.node ?? 'the node'}: ${option.replace('…', '')}`,
        why: `${jdk(facts)} does not know it, or not with that value; older scripts of RocketMQ carry options that newer JDKs have dropped (UseConcMarkSweepGC, PrintGCDateStamps, UseBiasedLocking)`,
        next: `${removeOption(facts, 'it')}; or use the JDK that the script was written for`,
      };
    },
    source: 'OpenJDK arguments.cpp; measured',
    provoked: 'option-removed',
  },
  {
    code: 'JVM_OPTION_CONFLICT',
    severity: 'error',
    literals: ['Multiple garbage collectors selected'],
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts) => ({
      what: `The JVM of ${facts.node ?? 'the node'} was told to use two garbage collectors`,
      why: `two of -XX:+UseSerialGC, +UseG1GC, +UseParallelGC … were given${forNode(facts, () => ', one of them by rmqdev’s `startup: fast`', '')}`,
      next: forNode(
        facts,
        (node) => `Set \`startup: throughput\` for ${node} in the profile, then you choose the collector`,
        'Keep one of them',
      ),
    }),
    source: 'OpenJDK gcConfig.cpp; measured',
    provoked: 'two-collectors',
  },
  {
    code: 'JAVA_EXT_DIRS',
    severity: 'error',
    literals: ['-Djava.ext.dirs='],
    pattern: /-Djava\.ext\.dirs=.{0,300}is not supported/,
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts) => ({
      what: `The start script needs JDK 8`,
      why: `the scripts of RocketMQ up to 4.8.0 use java.ext.dirs, which ${jdk(facts)} no longer has (from 9 on)`,
      next: 'Run the script on JDK 8, or start the release with rmqdev (`rmqdev up single --rocketmq 4.7.0`), which does not use the script, and runs it on JDK 17',
    }),
    source: 'distribution/bin/runbroker.sh at 4.8.0; OpenJDK arguments.cpp; measured',
    provoked: 'ext-dirs',
  },
  {
    code: 'GC_LOG_UNWRITABLE',
    severity: 'error',
    literals: ["Error opening log file '"],
    pattern: /Error opening log file '(?<file>[^']{1,1000})': (?<reason>.{1,100})/,
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts, { groups }) => ({
      what: `The JVM of ${facts.node ?? 'the node'} could not open its garbage collection log`,
      why: `${groups.file}: ${groups.reason}`,
      next: `Create the folder (\`mkdir -p\`) or make it writable, or change -Xlog:gc`,
    }),
    source: 'OpenJDK logFileOutput.cpp; measured',
    provoked: 'gc-log-folder',
  },
  {
    code: 'CLASS_ARCHIVE_UNUSABLE',
    severity: 'error',
    literals: ['Unable to use shared archive', 'An error has occurred while processing the shared archive file'],
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts) => ({
      what: `The JVM of ${facts.node ?? 'the node'} could not use its class archive, and may not start without it`,
      why: '-Xshare:on requires it; the archive is damaged, or was made with another JDK or class path',
      next: `${forNode(facts, () => '`rmqdev clean --all` removes the archives of stopped clusters (rmqdev makes new ones); ', '')}use -Xshare:auto, which goes on without it`,
    }),
    source: 'OpenJDK filemap.cpp; measured',
    provoked: 'class-archive',
  },
  {
    code: 'MAIN_CLASS_MISSING',
    severity: 'error',
    literals: ['Could not find or load main class '],
    pattern: /Could not find or load main class (?<class>\S{1,300})/,
    kinds: ['stdout'],
    rank: RANK.jvmRefused,
    says: (facts, { groups }) => ({
      what: `java did not find ${groups.class}`,
      why: 'the jar with that class is not on the class path: lib/ of the release is incomplete, the path is wrong or was cut at a space, or this release has no such role',
      next: reinstall(facts),
    }),
    source: 'OpenJDK LauncherHelper.java; measured',
    provoked: 'class-missing',
  },
  {
    code: 'NETTY_REFLECTION',
    severity: 'error',
    literals: ['Could not initialize class io.netty.util.internal.PlatformDependent0'],
    before: '4.9.0',
    rank: RANK.cause,
    says: (facts) => ({
      what: `Netty of this release does not run on ${jdk(facts)} as it was started`,
      why: 'Netty 4.0 (RocketMQ up to 4.8.0) reflects into java.nio, which JDK 16 and newer forbid by default',
      next: useAddOpens(facts),
    }),
    source: 'issue 3031; measured',
    provoked: 'no-add-opens-netty',
  },
  {
    code: 'INACCESSIBLE_OBJECT',
    severity: 'error',
    literals: ['InaccessibleObjectException: Unable to make '],
    pattern: /Unable to make (?:.{0,1000}?does not "opens (?<package>[\w.]{1,100})")?/,
    rank: RANK.detail,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} was not allowed to reflect into ${groups.package ?? 'the JDK'}`,
      why: `${jdk(facts)} forbids it unless it is told otherwise. A 4.x broker then stops half-way: its abort file stays and the next start checks the whole store; a controller of 5.2 or later does not start`,
      next: useAddOpens(facts),
    }),
    source: 'store/.../MappedFile.java clean, issues 1035, 3321; hessian, issues 10170, 10612; measured',
    provoked: 'no-add-opens-stop',
  },
  {
    code: 'JAR_MISSING',
    severity: 'error',
    literals: ['NoClassDefFoundError: ', 'ZipException: ', 'NoSuchMethodError: ', 'ClassFormatError: '],
    pattern:
      /(?:NoClassDefFoundError: (?<class>(?:org|io|com|ch)\/\S{1,300})|ZipException: (?<zip>.{1,200})|NoSuchMethodError: (?<method>.{1,200})|ClassFormatError: (?<format>.{1,200}))/,
    kinds: ['stdout'],
    rank: RANK.detail,
    says: (facts, { groups }) => ({
      what: `${Subject(facts)} misses a class: a jar of the release is missing, damaged or of another version`,
      why: groups.class ?? groups.zip ?? groups.method ?? groups.format ?? 'a class could not be loaded',
      next: reinstall(facts),
    }),
    source: 'OpenJDK systemDictionary.cpp, java.util.zip.ZipFile; measured',
    provoked: 'jar-missing',
  },
  {
    code: 'JVM_CRASHED',
    severity: 'error',
    literals: ['A fatal error has been detected by the Java Runtime Environment'],
    rank: RANK.machine,
    says: (facts, { record }) => {
      const text = record.join('\n');
      const signal = /#\s+(SIG[A-Z]+|Internal Error|EXCEPTION_\w+)/.exec(text)?.[1] ?? 'a fatal error';
      const frame = /# Problematic frame:\n#\s*(.{1,200})/.exec(text)?.[1]?.trim();
      const library = /\[([\w.+-]{1,100}?)\+0x/.exec(frame ?? '')?.[1];
      const fromOutside = /\(sent by kill\)/.test(text);
      return {
        what: `The JVM of ${facts.node ?? 'the node'} crashed with ${signal}${library && !fromOutside ? ` in ${library}` : ''}`,
        why: fromOutside
          ? `${signal} was sent to it by another process (\`kill\`)`
          : `native code failed${frame ? ` in ${frame}` : ''}: a fault of the JDK or of a native library, or of the machine’s memory`,
        next: `${fromOutside ? 'Start it again' : 'Start it again; if it happens again, use another build of the JDK'}. The JVM’s report (hs_err_pid….log in its folder) tells more`,
      };
    },
    source: 'OpenJDK vmError.cpp; measured',
    provoked: 'segmentation-fault',
  },
  {
    code: 'DEADLOCK',
    severity: 'error',
    literals: ['Found one Java-level deadlock', 'Found 1 deadlock.'],
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} hung: threads of it wait for each other for ever`,
      why: 'its thread dump names them, and the lines of code',
      next: `${forNode(facts, (node) => `\`rmqdev restart ${node}\` brings it back`, 'Restart it')}. Please report the thread dump (${readLog(facts, 'stdout')}) to RocketMQ`,
    }),
    source: 'OpenJDK threadService.cpp DeadlockCycle::print_on; measured',
    provoked: 'deadlock',
  },
  {
    code: 'ROCKSDB_LIBRARY',
    severity: 'error',
    literals: ['was not found inside JAR', 'UnsatisfiedLinkError: '],
    pattern: /(?<name>\S{1,300}) was not found inside JAR|UnsatisfiedLinkError: .{0,1000}?(?<library>librocksdb\S{0,60}?)(?::|$)/,
    rank: RANK.cause,
    says: (facts, { record }) => ({
      what: `${Subject(facts)} could not load RocksDB`,
      why: /failed to map segment/.test(record[0] ?? '')
        ? 'its native library is unpacked to java.io.tmpdir, and programs cannot be run from that folder (it is mounted noexec)'
        : 'this release has no native library for this machine, or one that does not work with its C library',
      next: forNode(
        facts,
        () => 'Set `RMQDEV_HOME` to a folder from which programs can be run',
        'Start java with -Djava.io.tmpdir=<a folder from which programs can be run>',
      ),
    }),
    source: 'org/rocksdb/NativeLibraryLoader.java; measured',
    provoked: 'rocksdb-noexec',
  },
  {
    code: 'JNA_LIBRARY',
    severity: 'error',
    literals: ['UnsatisfiedLinkError: '],
    pattern: /UnsatisfiedLinkError: .{0,500}jna/i,
    rank: RANK.cause,
    says: (facts) => ({
      what: `${Subject(facts)} could not load JNA`,
      why: 'JNA 4.2.2 has no library for Apple silicon; the transient store pool, warmMapedFileEnable and RocketMQ 5.1.2 and 5.1.3 need it',
      next: 'Switch transientStorePoolEnable and warmMapedFileEnable off, or use RocketMQ 5.1.4 or later',
    }),
    source: 'issue 7292',
    notProvoked: 'happens on macOS with Apple silicon only',
  },
];

function reinstall(facts: SymptomFacts): string {
  const version = facts.rocketmq ?? '<version>';
  return forNode(
    facts,
    () => `Install the release again: remove its folder, then run \`rmqdev install ${version}\``,
    'Unpack the release again; `ls lib/*.jar` must list all its jars, and the class path must name them',
  );
}
