package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
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

  private final Instantiator instantiator;
  private final @Nullable Fields fields;
  private final Getter message;
  private final Getter cause;
  private final Getter stackTrace;
  private final Setter setCause;
  private final Setter setStackTrace;

  /** How to get a value, past what a user's class made of the method. */
  private interface Getter {
    @Nullable Object get(Throwable throwable) throws Throwable;
  }

  /** How to set a value, past what a user's class made of the method. */
  private interface Setter {
    void set(Throwable throwable, Object value) throws Throwable;
  }

  /** The form of a class of the JDK. */
  ThrowableForm(Class<?> type) {
    instantiator = Instantiator.of(type, Throwable.class, String.class);
    fields = null;
    message = Throwable::getMessage;
    cause = Throwable::getCause;
    stackTrace = Throwable::getStackTrace;
    setCause = (throwable, value) -> throwable.initCause((Throwable) value);
    setStackTrace = (throwable, value) -> throwable.setStackTrace((StackTraceElement[]) value);
  }

  /** The form of a user's class. */
  ThrowableForm(Hierarchy hierarchy, Fields fields) {
    instantiator = Instantiator.of(hierarchy.type(), Throwable.class, String.class);
    this.fields = fields;
    message = getter(hierarchy, "getMessage", String.class);
    cause = getter(hierarchy, "getCause", Throwable.class);
    stackTrace = getter(hierarchy, "getStackTrace", StackTraceElement[].class);
    setCause = setter(hierarchy, "initCause", Throwable.class, Throwable.class);
    setStackTrace = setter(hierarchy, "setStackTrace", void.class, StackTraceElement[].class);
  }

  private static Getter getter(Hierarchy hierarchy, String name, Class<?> result) {
    MethodHandle handle =
        special(hierarchy, name, MethodType.methodType(result))
            .asType(MethodType.methodType(Object.class, Throwable.class));
    return throwable -> (Object) handle.invokeExact(throwable);
  }

  private static Setter setter(
      Hierarchy hierarchy, String name, Class<?> result, Class<?> parameter) {
    MethodHandle handle =
        special(hierarchy, name, MethodType.methodType(result, parameter))
            .asType(MethodType.methodType(void.class, Throwable.class, Object.class));
    return (throwable, value) -> {
      handle.invokeExact(throwable, value);
    };
  }

  private static MethodHandle special(Hierarchy hierarchy, String name, MethodType type) {
    return SuperMethod.find(hierarchy.ofJdk(), hierarchy.lastOfUser(), name, type);
  }

  @Override
  void writeHead(Object object, GraphWriter out) {
    out.value(get(message, object));
  }

  @Override
  void writeBody(Object object, GraphWriter out) {
    Throwable throwable = (Throwable) object;
    int mark = out.mark();
    Object why = get(cause, object); // these three enter its monitor
    Object where = get(stackTrace, object);
    Throwable[] suppressed = throwable.getSuppressed();
    write(why, ".getCause()", out);
    write(where, ".getStackTrace()", out);
    write(suppressed, ".getSuppressed()", out);
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

  private static void set(Setter setter, Throwable throwable, Object value) {
    try {
      setter.set(throwable, value);
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
      set(setCause, throwable, values.get(0, Throwable.class));
    }
    set(setStackTrace, throwable, values.get(1, StackTraceElement[].class));
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
