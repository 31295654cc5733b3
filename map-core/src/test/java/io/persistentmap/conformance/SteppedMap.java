package io.persistentmap.conformance;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Iterator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A map that a step is taken with after each call, of one of its methods or of its views', that may
 * have changed it. A step replaces it, and would break what is still at work on it; so none is
 * taken inside user code that a call runs, nor while an iteration is not at its end. Of very many
 * changes, only some are followed by a step. Not thread-safe.
 */
final class SteppedMap<K, V> {
  /** What gives the object of now that a call goes to. */
  private interface Target {
    Object get() throws Throwable;
  }

  /** Methods, of maps and views, that don't change anything. */
  private static final Set<String> READING =
      Set.of(
          "contains",
          "containsAll",
          "containsKey",
          "containsValue",
          "entrySet",
          "equals",
          "forEach",
          "get",
          "getOrDefault",
          "hashCode",
          "isEmpty",
          "iterator",
          "keySet",
          "parallelStream",
          "size",
          "spliterator",
          "stream",
          "toArray",
          "toString",
          "values");

  /** So many changes are each followed by a step, */
  private static final int ALL_CHANGES = 20;

  /** and later each of so many. */
  private static final int SOME_CHANGES = 10;

  private final Supplier<? extends ConcurrentMap<K, V>> step;
  private ConcurrentMap<K, V> map;
  private boolean changed = true;
  private int changes;
  private int callsRunning;
  private int iterationsRunning;

  private SteppedMap(ConcurrentMap<K, V> map, Supplier<? extends ConcurrentMap<K, V>> step) {
    this.map = map;
    this.step = step;
  }

  /**
   * Returns the map.
   *
   * @param map what it is at first
   * @param step makes what it is from then on
   */
  @SuppressWarnings("unchecked") // a proxy of the interface, for a map of these types
  static <K, V> ConcurrentMap<K, V> of(
      ConcurrentMap<K, V> map, Supplier<? extends ConcurrentMap<K, V>> step) {
    SteppedMap<K, V> stepped = new SteppedMap<>(map, step);
    return (ConcurrentMap<K, V>) stepped.proxy(ConcurrentMap.class, () -> stepped.map);
  }

  private Object proxy(Class<?> type, Target target) {
    ClassLoader loader = SteppedMap.class.getClassLoader();
    return Proxy.newProxyInstance(loader, new Class<?>[] {type}, new Handler(target));
  }

  private final class Handler implements InvocationHandler {
    private final Target target;

    Handler(Target target) {
      this.target = target;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
        throws Throwable {
      return call(target, method, arguments);
    }
  }

  private @Nullable Object call(Target target, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (changed && callsRunning == 0 && iterationsRunning == 0) {
      changed = false;
      changes++;
      if (changes <= ALL_CHANGES || changes % SOME_CHANGES == 0) {
        map = step.get();
      }
    }
    changed |= !READING.contains(method.getName());
    callsRunning++;
    try {
      Object result = invoke(target.get(), method, withoutProxies(arguments));
      switch (method.getName()) {
        case "keySet", "values", "entrySet" -> {
          return proxy(method.getReturnType(), () -> Objects.requireNonNull(invoke(map, method)));
        }
        case "iterator" -> {
          return new Iteration<>((Iterator<?>) Objects.requireNonNull(result));
        }
        case "stream", "parallelStream", "spliterator" -> {
          iterationsRunning++; // and never at its end, as far as can be seen from here
          return result;
        }
        default -> {
          return result;
        }
      }
    } finally {
      callsRunning--;
    }
  }

  /** So that a map or a view is compared with itself, or another one, as it is now. */
  private static Object @Nullable [] withoutProxies(Object @Nullable [] arguments)
      throws Throwable {
    for (int i = 0; arguments != null && i < arguments.length; i++) {
      if (arguments[i] != null
          && Proxy.isProxyClass(arguments[i].getClass())
          && Proxy.getInvocationHandler(arguments[i]) instanceof SteppedMap<?, ?>.Handler handler) {
        arguments[i] = handler.target.get();
      }
    }
    return arguments;
  }

  private static @Nullable Object invoke(
      Object target, Method method, Object @Nullable ... arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private final class Iteration<T> implements Iterator<T> {
    private final Iterator<T> iterator;
    private boolean running = true;

    Iteration(Iterator<T> iterator) {
      this.iterator = iterator;
      iterationsRunning++;
    }

    @Override
    public boolean hasNext() {
      boolean more = iterator.hasNext();
      if (!more && running) {
        running = false;
        iterationsRunning--;
      }
      return more;
    }

    @Override
    public T next() {
      return iterator.next();
    }

    @Override
    public void remove() {
      changed = true;
      iterator.remove();
    }
  }
}
