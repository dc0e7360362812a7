import { runCase } from '../mutations/storage/cases.js'
import { nedbCases } from '../mutations/storage/nedb-cases.js'

// that each fails where its protection is taken out, `npm run test:mutations -- storage` shows
test.each(nedbCases)('$name', one => runCase(one))
