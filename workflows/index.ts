export { evaluate } from './evaluate.ts';
export { evaluateShard } from './evaluate-shard.ts';
export { evaluateItem } from './evaluate-item.ts';
export { indexVideos } from './index-videos.ts';
export { judgeAnswers } from './judge-answers.ts';
