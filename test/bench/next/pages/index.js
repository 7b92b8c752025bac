// Next builds nothing without a page; nobody asks for it.
module.exports = function Page() {
  return null;
};
