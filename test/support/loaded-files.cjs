// For `node --require`: at the end of a program, writes what it has loaded to the file LOADED_FILES.
const { writeFileSync } = require('node:fs');
const { basename } = require('node:path');

let segmenters = 0;
Intl.Segmenter = class extends Intl.Segmenter {
  constructor(...all) {
    super(...all);
    segmenters += 1;
  }
};
process.on('exit', () => {
  const files = Object.keys(require.cache).filter((file) => file !== __filename);
  writeFileSync(process.env.LOADED_FILES, JSON.stringify({ files: files.map((file) => basename(file)), segmenters }));
});
