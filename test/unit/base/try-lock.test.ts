import { expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { loadLockLibrary } from '../../../src/base/try-lock.js';

test('a system without a build of the lock library is named, with the systems that have one', () => {
  const load = () => {
    throw new Error("Cannot find addon '.' imported from '/n/fs-native-extensions/binding.js'\n\nCandidates: …");
  };
  let error: RmqdevError | undefined;
  try {
    loadLockLibrary(load);
  } catch (thrown) {
    error = thrown as RmqdevError;
  }
  expect(error).toMatchObject({ code: 'UNSUPPORTED', exitCode: 31 });
  expect(error?.text.what).toContain(`${process.platform}-${process.arch}`);
  expect(error?.text.why).toMatch(/none for this system: Cannot find addon [^\n]*$/);
  expect(error?.text.next).toContain('glibc');
});
