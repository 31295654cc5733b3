package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Throwables: the message, of which they are made; then cause, stack trace, suppressed ones, and
 * the fields of the user's classes.
 *
 * <p>No constructor below {@link Throwable} runs, and no method that a subclass overrides.
 */
final class ThrowableForm extends Form {
  /** The name under which the table of the JDK's classes has it. */
  static final String NAME = "java.lang.Throwable";

  /** Cause, stack trace, suppressed. */
  static final int VALUES = 3;

  private static final MethodType NO_ARGUMENTS = MethodType.methodType(String.class);

  private final Instantiator instantiator;
  private final @Nullable Fields fields;
  private final Getter message;
  private final Getter cause;

  /** How to get a value, past what a user's class made of the method. */
  private interface Getter {
    @Nullable Object get(Throwable throwable) throws Throwable;
  }

  /** The form of a class of the JDK. */
  ThrowableForm(Class<?> type) {
    instantiator = Instantiator.of(type, Throwable.class, String.class);
    fields = null;
    message = Throwable::getMessage;
    cause = Throwable::getCause;
  }

  /** The form of a user's class. */
  ThrowableForm(Hierarchy hierarchy, Fields fields) {
    instantiator = Instantiator.of(hierarchy.type(), Throwable.class, String.class);
    this.fields = fields;
    MethodHandle itsMessage = special(hierarchy, "getMessage", NO_ARGUMENTS);
    MethodHandle itsCause =
        special(hierarchy, "getCause", NO_ARGUMENTS.changeReturnType(Throwable.class));
    message = throwable -> (Object) itsMessage.invokeExact(throwable);
    cause = throwable -> (Object) itsCause.invokeExact(throwable);
  }

  private static MethodHandle special(Hierarchy hierarchy, String name, MethodType type) {
    Class<?> caller = hierarchy.lastOfUser();
    try {
      return MethodHandles.privateLookupIn(caller, MethodHandles.lookup())
          .findSpecial(hierarchy.ofJdk(), name, type, caller)
          .asType(MethodType.methodType(Object.class, Throwable.class));
    } catch (ReflectiveOperationException closed) {
      throw new Refusal(Opening.message(caller), closed);
    }
  }

  @Override
  void writeHead(Object object, GraphWriter out) {
    out.value(get(message, object));
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    Throwable throwable = (Throwable) object;
    int mark = out.mark();
    write(get(cause, object), ".getCause()", out);
    write(throwable.getStackTrace(), ".getStackTrace()", out);
    write(throwable.getSuppressed(), ".getSuppressed()", out);
    out.writePostponed(mark); // reading copies the arrays
    if (fields != null) {
      fields.write(object, out);
    }
  }

  private static void write(@Nullable Object value, String step, GraphWriter out) {
    try {
      out.value(value);
    } catch (RuntimeException failure) {
      throw Refusal.from(failure).in(step);
    }
  }

  private static @Nullable Object get(Getter getter, Object throwable) {
    try {
      return getter.get((Throwable) throwable);
    } catch (Throwable failure) {
      throw Failures.unchecked(failure);
    }
  }

  @Override
  Object create(GraphReader in) {
    return instantiator.create(in.values(1));
  }

  @Override
  Object readBody(@Nullable Object created, GraphReader in) {
    Throwable throwable = (Throwable) Objects.requireNonNull(created);
    long mark = in.beginMaking();
    ValuesForm.Values values = new ValuesForm.Values(in.values(VALUES));
    in.endMaking(mark);
    if (values.orNull(0) != null) {
      throwable.initCause(values.get(0, Throwable.class));
    }
    throwable.setStackTrace(values.get(1, StackTraceElement[].class));
    for (Throwable suppressed : values.get(2, Throwable[].class)) {
      throwable.addSuppressed(suppressed);
    }
    if (fields != null) {
      fields.read(throwable, in);
    }
    return throwable;
  }

  @Override
  @Nullable Object[] parts(Object object) {
    return fields == null ? super.parts(object) : fields.get(object);
  }
}
