import { expect, test } from 'vitest';
import { isHarmless } from '../../functions/core/harmless-value.ts';

const DESCRIPTOR =
  '(DESCRIPTION=(ADDRESS=(PROTOCOL=tcps)(HOST=db.example.com)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=orders.example.com)))';

test.each([
  ['connectionUrl', 'https://erp.example.com:8443/services/orders/v2'],
  ['connectionUrl', 'https://process.example.com/api'],
  ['targetWSDLURL', 'https://erp.example.com/soap/Orders?wsdl'],
  ['connectionUrl', 'http://mock:8080/a'],
  ['oauth.access.token.uri', 'https://idcs-0123456789abcdef0123456789abcdef.identity.oraclecloud.com/oauth2/v1/token'],
  ['host', 'erp.example.com'],
  ['host', '10.0.0.12:1521'],
  ['bootstrap.servers', 'b1.example.com:9092,b2.example.com:9092'],
  ['port', '1521'],
  ['tlsVersion', 'TLSv1.2'],
  ['enableTwoWaySSL', 'false'],
  ['sid', 'ORCLPDB1'],
  ['securityPolicy', 'BASIC_AUTH'],
  ['directory', '/u01/in/orders'],
  ['jdbcUrl', 'jdbc:oracle:thin:@//db.example.com:1521/orders'],
  ['jdbcUrl', 'jdbc:sqlserver://db.example.com:1433'],
  ['connectString', DESCRIPTOR],
  ['username', 'integration.user@example.com'],
  ['oauth.client.id', '0123456789abcdef0123456789abcdef'],
  ['sslCertificateAlias', 'partner-2024'],
  ['keystore', 'partner'],
  ['contentType', 'application.json'],
])('%s with %j is told', (name, value) => {
  expect(isHarmless(name, value)).toBe(true);
});

test.each([
  ['apiKey', 'abc'],
  ['pwd', 'abc'],
  ['authorization', 'abc'],
  ['X-Api-Key', 'abc'],
  ['Cookie', 'a'],
  ['jdbcUrl', 'jdbc:oracle:thin:scott/tiger@db.example.com:1521:orders'],
  ['jdbcUrl', 'jdbc:sqlserver://db.example.com:1433;password=tiger'],
  ['jdbcUrl', 'jdbc:mysql://scott:tiger@db.example.com/orders'],
  ['connectionUrl', 'https://fn.example.com/api/run?code=tiger'],
  ['connectionUrl', 'https://erp.example.com/a?wsdl&key=tiger'],
  ['connectionUrl', 'https://me:tiger@erp.example.com'],
  ['connectionUrl', 'https://erp.example.com/#access=tiger'],
  ['connectionUrl', 'https://hooks.example.com/services/T024BE7LH/B024BE7LH/x8Jq3kQmZ0fWv7Tn'],
  ['connectionUrl', 'https://hooks.example.com/1b9d6bcd4bbfd4b2d9b5ab8dfbbd4bed'],
  ['sas', 'Endpoint=sb://bus.example.com/;SharedAccessKeyName=Root;SharedAccessKey=tiger'],
  ['endpoint', 'SharedAccessKey=tiger'],
  ['host', 'sftp://me:p@ss@h.example.com'],
  ['connectString', 'scott/tiger@orders'],
  ['connectString', '(DESCRIPTION=(ADDRESS=(HOST=h))(SECURITY=(PASSWORD=tiger)))'],
  ['gitlab', 'glpat-xxxxxxxxxxxxxxxxxxxx'],
  ['field1', 'hunter2'],
  ['field1', 'Tr0ub4dor&3'],
  ['field1', '8f14e45fceea167a'],
  ['description', 'the pass word is: tiger!'],
  ['username', 'scott/tiger"'],
  ['username', 'https://me:tiger@x'],
])('%s with %j is not', (name, value) => {
  expect(isHarmless(name, value)).toBe(false);
});

test.each(['a', 'a.', 'a-', '(host=', '/a', 'a,', 'https://a', '1', 'a1', '@'])(
  'takes no longer than the value is long: %j again and again',
  (piece) => {
    const begun = performance.now();

    for (const name of ['host', 'x', 'username']) {
      isHarmless(name, piece.repeat(500 / piece.length));
      isHarmless(name, piece.repeat(1_000_000 / piece.length));
      isHarmless(name, `${piece.repeat(490 / piece.length)}!`);
    }

    expect(performance.now() - begun).toBeLessThan(500);
  },
);
