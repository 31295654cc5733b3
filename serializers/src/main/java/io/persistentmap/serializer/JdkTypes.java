package io.persistentmap.serializer;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The classes of the JDK whose objects can be stored: a list of those that were tried, each with
 * its form. Whatever is not on it is refused, since it might write well and fail when it is read.
 *
 * <p>In the file a class has the name of a public class, or of the public method that makes its
 * objects, such as {@code java.util.List.of}; never that of a private class, which the next version
 * of the JDK may rename.
 */
final class JdkTypes {
  /**
   * The list, once it is made. Not in a static initialiser: one that fails, on a full heap, say, or
   * at the end of the stack, is not tried again, and the class is lost for as long as the JVM runs.
   */
  private static volatile @Nullable Table made;

  private JdkTypes() {}

  /** Returns the list; makes it, if that has not been done, or has failed. */
  private static Table list() {
    Table list = made;
    return list != null ? list : make();
  }

  private static synchronized Table make() {
    Table list = made;
    if (list == null) {
      list = new Table();
      JdkValues.addTo(list);
      JdkTimes.addTo(list);
      JdkContainers.addTo(list);
      JdkViews.addTo(list);
      JdkWrappers.addTo(list);
      made = list;
    }
    return list;
  }

  /** Makes the list now, so that who opens a store is told if that can't be done. */
  static void load() {
    Table unused = list();
  }

  /**
   * A class on the list.
   *
   * @param schema its name and layout
   * @param form how its objects are written and read
   * @param extension makes the form of a user's class that extends it; null if none can
   */
  record JdkType(Schema schema, Form form, @Nullable Extension extension) {}

  /** Makes the form of a user's class that extends one of the JDK. */
  interface Extension {
    Form of(Hierarchy hierarchy, Fields fields);
  }

  /** Returns the entry for the instances of exactly this class, or null. */
  static @Nullable JdkType of(Class<?> type) {
    JdkType known = list().byClass.get(type);
    if (known != null) {
      return known;
    }
    if (ClassNames.isJdk(type)) {
      for (Map.Entry<Class<?>, JdkType> family : list().families.entrySet()) {
        if (family.getKey().isAssignableFrom(type)) {
          return family.getValue();
        }
      }
    }
    return isPlainThrowable(type) ? throwable(type) : null;
  }

  /** Returns the entry that has a name in the file, or null. */
  static @Nullable JdkType named(String name, ClassLoader loader) {
    JdkType known = list().byName.get(name);
    if (known != null || !ClassNames.isJdk(name)) {
      return known;
    }
    try {
      Class<?> type = Class.forName(name, false, loader);
      return isPlainThrowable(type) ? throwable(type) : null;
    } catch (ClassNotFoundException | LinkageError gone) {
      return null;
    }
  }

  /** Returns whether a public class of this name can be stored, by itself or its subclasses. */
  static boolean knows(String name) {
    return list().byName.containsKey(name) || TypeTraits.isScalarName(name);
  }

  /** Returns the names of all on the list. */
  static Set<String> names() {
    return new TreeSet<>(list().byName.keySet());
  }

  /** Returns the classes of all on the list, without families. */
  static Set<Class<?>> classes() {
    return Set.copyOf(list().byClass.keySet());
  }

  /** Exceptions of the JDK have nothing but what Throwable has, or they are not on the list. */
  private static boolean isPlainThrowable(Class<?> type) {
    return Throwable.class.isAssignableFrom(type)
        && ClassNames.isJdk(type)
        && Hierarchy.of(type).hasStateOfThrowableOnly();
  }

  private static JdkType throwable(Class<?> type) {
    Schema schema =
        new Schema(type.getName(), Schema.Kind.HOLDER, 1, ThrowableForm.VALUES, "", List.of());
    return new JdkType(schema, new ThrowableForm(type), ThrowableForm::new);
  }

  /** What the list is made with. */
  static final class Table {
    private final Map<String, JdkType> byName = new HashMap<>();
    private final Map<Class<?>, JdkType> byClass = new HashMap<>();

    /** Public classes whose objects are of private subclasses. */
    private final Map<Class<?>, JdkType> families = new HashMap<>();

    private Table() {}

    /** Adds a class that consists of values. */
    <T> void values(
        Class<T> type,
        int count,
        Function<T, @Nullable Object[]> take,
        Function<ValuesForm.Values, T> make) {
      values(type.getName(), count, take, make, type);
    }

    /** Adds classes that consist of values and share one name. */
    <T> void values(
        String name,
        int count,
        Function<T, @Nullable Object[]> take,
        Function<ValuesForm.Values, T> make,
        Class<?>... types) {
      Schema schema = new Schema(name, Schema.Kind.VALUES, count, 0, "", List.of());
      add(new JdkType(schema, new ValuesForm<>(count, take, make), null), types);
    }

    /** Adds a class of which there is one object. */
    void constant(String name, Object constant) {
      values(name, 0, any -> new Object[0], none -> constant, constant.getClass());
    }

    /** Adds a form. */
    void form(Class<?> type, Schema.Kind kind, int values, Form form) {
      Schema schema = new Schema(type.getName(), kind, 0, values, "", List.of());
      add(new JdkType(schema, form, null), type);
    }

    /** Adds a class of collections. */
    void collection(ContainerType<Collection<Object>> type) {
      Schema schema = schema(type, type.whole() ? Schema.Kind.SET : Schema.Kind.LIST);
      add(
          new JdkType(
              schema,
              new CollectionForm(type),
              (hierarchy, fields) -> new CollectionForm(type, hierarchy, fields)),
          type.type());
    }

    /** Adds a class of maps. */
    void map(ContainerType<Map<Object, Object>> type) {
      Schema schema = schema(type, Schema.Kind.MAP);
      add(
          new JdkType(
              schema,
              new MapForm(type),
              (hierarchy, fields) -> new MapForm(type, hierarchy, fields)),
          type.type());
    }

    /** Lets private subclasses of a class that was added count as the class itself. */
    void family(Class<?> type) {
      families.put(type, entry(type.getName()));
    }

    /** Lets further classes count as one that was added. */
    void alike(String name, Class<?>... types) {
      for (Class<?> type : types) {
        byClass.putIfAbsent(type, entry(name));
      }
    }

    private JdkType entry(String name) {
      JdkType entry = byName.get(name);
      if (entry == null) {
        throw new AssertionError(name + " was not added");
      }
      return entry;
    }

    private static Schema schema(ContainerType<?> type, Schema.Kind kind) {
      return new Schema(type.type().getName(), kind, type.heads(), 0, "", List.of());
    }

    private void add(JdkType entry, Class<?>... types) {
      if (byName.put(entry.schema.name(), entry) != null) {
        throw new AssertionError(entry.schema.name() + " was added twice");
      }
      for (Class<?> type : types) {
        byClass.put(type, entry);
      }
    }
  }
}
