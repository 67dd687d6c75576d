/** A module of RocketMQ on Maven Central; its dependencies come with it. */
type MavenArtifact = {
  artifactId: string;
  /** Major versions that have it. */
  majors: readonly number[];
  /** Releases for which it was not published. */
  missing?: readonly string[];
  /** The only releases for which it was published. */
  only?: readonly string[];
};

/** Source: what Maven Central lists under org.apache.rocketmq, as of 2026-11. */
const MAVEN_ARTIFACTS: readonly MavenArtifact[] = [
  { artifactId: 'rocketmq-namesrv', majors: [4, 5] },
  { artifactId: 'rocketmq-broker', majors: [4, 5] },
  { artifactId: 'rocketmq-tools', majors: [4, 5] },
  { artifactId: 'rocketmq-controller', majors: [5] },
  { artifactId: 'rocketmq-proxy', majors: [5], missing: ['5.1.4'] },
  { artifactId: 'rocketmq-container', majors: [5], missing: ['5.1.4'] },
  // The quickstart classes; checked only for the tested releases.
  { artifactId: 'rocketmq-example', majors: [4, 5], only: ['4.4.0', '4.7.0', '5.5.0'] },
];

/** @returns the artifact ids of `version` that a release home is made of. */
export function mavenArtifacts(version: string): string[] {
  const major = Number.parseInt(version, 10);
  return MAVEN_ARTIFACTS.filter(
    ({ majors, missing, only }) => majors.includes(major) && !missing?.includes(version) && (only?.includes(version) ?? true),
  ).map(({ artifactId }) => artifactId);
}

/** @returns the tested releases whose example classes Maven has. */
export function releasesWithExamples(): readonly string[] {
  return MAVEN_ARTIFACTS.find(({ artifactId }) => artifactId === 'rocketmq-example')?.only ?? [];
}
