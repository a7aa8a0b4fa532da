// Node keeps the compiled code of what it loads and does not compile it again in the next run. The folder is one that only
// the owner of the checkout writes to, because what lies in it is run; `npm ci` empties it.
require('node:module').enableCompileCache?.(require('node:path').join(__dirname, 'node_modules', '.cache', 'node'));
