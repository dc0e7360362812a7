import { runCase } from '../mutations/storage/cases.js'
import { segmentCases } from '../mutations/storage/segment-cases.js'

// that each fails where its protection is taken out, `npm run test:mutations -- segments` shows
test.each(segmentCases)('$name', one => runCase(one))
