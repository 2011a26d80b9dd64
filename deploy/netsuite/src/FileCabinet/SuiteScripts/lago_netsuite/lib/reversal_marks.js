/**
 * What the memo field of a reversing credit memo remembers, in words: credits that stay spent on its invoice, what had
 * been due of it where payments came off it, and that the prepaid line is reversed too.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./money'], (money) => {
  const NAME = 'Void of invoice ';
  // Until a note comes, such a memo reverses the prepaid line too.
  const PREPAID = ', prepaid in part';
  const MARKS = /(?:, credits of (\d+(?:\.\d+)?) stay spent)?(?:, (\d+(?:\.\d+)?) was due)?(, prepaid in part)?$/;

  function textOf(memo) {
    return String(memo.getValue({ fieldId: 'memo' }) || '');
  }

  /** The text of the memo field; amounts in smallest units, `due` is null where no payment came off. */
  function text(number, { credits, due, isPrepaid }, decimals) {
    const spent = credits > 0 ? `, credits of ${money.text(credits, decimals)} stay spent` : '';
    const before = due === null ? '' : `, ${money.text(due, decimals)} was due`;
    return `${NAME}${number}${spent}${before}${isPrepaid ? PREPAID : ''}`;
  }

  /** What a memo remembers: {number, credits, due, isPrepaid}: its invoice's number, amounts in smallest units. */
  function read(memo, decimals) {
    const all = textOf(memo);
    const [marks, credits, due, prepaid] = MARKS.exec(all);
    return {
      number: all.slice(0, all.length - marks.length).replace(NAME, ''),
      credits: money.units(credits, decimals),
      due: due === undefined ? null : money.units(due, decimals),
      isPrepaid: Boolean(prepaid),
    };
  }

  /** Whether it remembers credits. */
  function keepsCredits(memo) {
    return MARKS.exec(textOf(memo))[1] !== undefined;
  }

  return { text, read, keepsCredits };
});
