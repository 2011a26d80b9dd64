/**
 * What the memo field of a reversing credit memo remembers, in words: credits that stay spent on its invoice, what had
 * been paid for it, and that the prepaid line is reversed too.
 *
 * @NApiVersion 2.1
 * @NModuleScope SameAccount
 */
define(['./money'], (money) => {
  const NAME = 'Void of invoice ';
  // Until a note comes, such a memo reverses the prepaid line too.
  const PREPAID = ', prepaid in part';
  const MARKS = /(?:, credits of (\d+(?:\.\d+)?) stay spent)?(?:, (\d+(?:\.\d+)?) paid before)?(, prepaid in part)?$/;

  /** The text of the memo field; amounts in smallest units. */
  function text(number, { credits, paid, isPrepaid }, decimals) {
    const spent = credits > 0 ? `, credits of ${money.text(credits, decimals)} stay spent` : '';
    const before = paid > 0 ? `, ${money.text(paid, decimals)} paid before` : '';
    return `${NAME}${number}${spent}${before}${isPrepaid ? PREPAID : ''}`;
  }

  /** What a memo remembers: {number, credits, paid, isPrepaid}: its invoice's number, amounts in smallest units. */
  function read(memo, decimals) {
    const all = String(memo.getValue({ fieldId: 'memo' }) || '');
    const [marks, credits, paid, prepaid] = MARKS.exec(all);
    return {
      number: all.slice(0, all.length - marks.length).replace(NAME, ''),
      credits: money.units(credits, decimals),
      paid: money.units(paid, decimals),
      isPrepaid: Boolean(prepaid),
    };
  }

  return { text, read };
});
