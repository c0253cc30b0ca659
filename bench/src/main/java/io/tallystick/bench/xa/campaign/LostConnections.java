package io.tallystick.bench.xa.campaign;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/**
 * MariaDB's driver answers a lost connection by an XAException without a code, PostgreSQL's one whose session was ended by an administrator
 * by XAER_RMERR. Here both get the code that X/Open XA has for that, XAER_RMFAIL: to find out whether it is the drivers or the transaction
 * manager that make a mixed end of it.
 */
final class LostConnections {

    private LostConnections() {}

    static XAResource named(XAResource real) {
        return (XAResource) Proxy.newProxyInstance(
                LostConnections.class.getClassLoader(),
                new Class<?>[] {XAResource.class},
                (self, method, arguments) -> {
                    try {
                        if (method.getName().equals("isSameRM")) {
                            return self == arguments[0];
                        }
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        if (e.getTargetException() instanceof XAException error && isLoss(error)) {
                            error.errorCode = XAException.XAER_RMFAIL;
                        }
                        throw e.getTargetException();
                    }
                });
    }

    /** SQLState class 08 is the connection, 57P a server that ends it. */
    private static boolean isLoss(XAException error) {
        String state = error.getCause() instanceof SQLException cause ? String.valueOf(cause.getSQLState()) : "";
        return error.errorCode == 0 || state.startsWith("08") || state.startsWith("57P");
    }
}
