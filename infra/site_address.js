// Which object of the bucket answers an address: a file by its name, the page for every other (/segments/champions).
function handler(event) {
  var request = event.request;
  var isFile = /^\/assets\/|^\/[^/]*\.[^/]*$/.test(request.uri);
  if (!isFile) request.uri = '/index.html';
  return request;
}
