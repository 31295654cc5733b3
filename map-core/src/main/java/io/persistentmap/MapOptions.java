package io.persistentmap;

import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.serializer.Serializer;
import io.persistentmap.value.CacheBudget;
import io.persistentmap.value.CopiedValues;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be said of one map of a {@link PersistentStore}, if the usual options will not do. Not
 * thread-safe.
 *
 * <pre>{@code
 * PersistentMap<String, User> users =
 *     store.map("users", String.class, User.class, map -> map.cacheBytes(1 << 20));
 * }</pre>
 */
public final class MapOptions {
  /** The maps of a store share what there is. */
  private static final long SHARED = -1;

  private long cacheBytes = SHARED;
  private ValueMode valueMode = ValueMode.AUTO;
  private @Nullable ClassLoader classLoader;
  private final CodecOptions.Builder classOptions = new CodecOptions.Builder();

  /** All that has been said, to compare it. */
  private final Set<List<Object>> said = new HashSet<>();

  MapOptions() {}

  /**
   * Bounds the cache of hot values. Default: the maps of a store share an eighth of the largest
   * heap, equally. Larger saves reading and deserialising; the heap must have room for it.
   *
   * @param bytes bytes of the serialised form of the values in it; 0 for no cache
   * @return this
   * @throws IllegalArgumentException if negative
   */
  public MapOptions cacheBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("cacheBytes must be 0 or more, not " + bytes);
    }
    cacheBytes = bytes;
    note("cacheBytes", bytes);
    return this;
  }

  /**
   * Says what objects have to do with entries. Default: {@link ValueMode#AUTO}. {@code COPIED} is
   * for maps larger than the heap: changing an object then changes no entry, until it is put again.
   *
   * @param mode the mode
   * @return this
   */
  public MapOptions valueMode(ValueMode mode) {
    valueMode = Objects.requireNonNull(mode, "mode");
    note("valueMode", mode);
    return this;
  }

  /**
   * Names the class loader that finds the classes of stored objects. Default: the value type's, or
   * the thread's context class loader if the types are unknown.
   *
   * @param loader the loader
   * @return this
   */
  public MapOptions classLoader(ClassLoader loader) {
    classLoader = Objects.requireNonNull(loader, "loader");
    note("classLoader", loader);
    return this;
  }

  /**
   * Allows objects of further classes in the map. Default: the values and collections of the JDK,
   * the types of keys and values, what these declare (fields, type arguments, permitted subclasses,
   * and so on), and all other classes of the packages of those. The rule is the same for writing
   * and for reading: a file can't make the program create an object of any other class.
   *
   * @param types classes of your own or of a library
   * @return this
   * @throws IllegalArgumentException for a class of the JDK: which of them can be stored is fixed;
   *     and for a type without objects, such as {@code int}
   */
  public MapOptions allow(Class<?>... types) {
    classOptions.allow(types);
    note("allow", List.of(types));
    return this;
  }

  /**
   * Allows objects of all classes of a package, and of the packages below it. Default: see {@link
   * #allow}.
   *
   * @param name the name of the package
   * @return this
   * @throws IllegalArgumentException if it is empty, or of the JDK
   */
  public MapOptions allowPackage(String name) {
    classOptions.allowPackage(name);
    note("allowPackage", name);
    return this;
  }

  /**
   * Says that a class has another name in the file: it was renamed, or moved. Default: classes have
   * the names that they have. What is written from now on has the new name, unless nothing but the
   * name has changed; keys are found all the same. The alias is needed as long as the file has
   * objects with the old name.
   *
   * @param oldName its name in the file, as {@link Class#getName} gave it
   * @param type the class as it is now
   * @return this
   * @throws IllegalArgumentException if the name is an alias of another class already
   */
  public MapOptions alias(String oldName, Class<?> type) {
    classOptions.alias(oldName, type);
    note("alias", oldName, type);
    return this;
  }

  /**
   * Says that instances of some classes, and of their subclasses, never change, so that one may be
   * handed to several callers. Default: what can be told from the classes, see {@code
   * PersistentMap.explain}. If it is not true, changes to such objects are lost.
   *
   * @param types the classes
   * @return this
   * @throws IllegalArgumentException for a type without objects, such as {@code int}
   */
  public MapOptions immutable(Class<?>... types) {
    classOptions.immutable(types);
    note("immutable", List.of(types));
    return this;
  }

  /**
   * Gives a class an encoding of your own. Default: the fields. It is used for keys and values, and
   * for objects inside of others. The file remembers it: without the serializer, such objects can't
   * be read; objects that were stored before it was given are still read by their fields.
   *
   * @param type exactly this class; subclasses keep their own encoding
   * @param serializer writes and reads its objects
   * @param <T> the class
   * @return this
   * @throws IllegalArgumentException if no object has exactly this class, or its encoding is fixed,
   *     as that of a string is
   */
  public <T> MapOptions serializer(Class<T> type, Serializer<T> serializer) {
    classOptions.serializer(type, serializer);
    note("serializer", type, serializer);
    return this;
  }

  private void note(Object... option) {
    said.add(List.of(option));
  }

  /** Says whether the same has been said in both. */
  boolean isSame(MapOptions other) {
    return said.equals(other.said);
  }

  /** Returns the cache of a map, or null for none. */
  @Nullable CopiedValues cache(CacheBudget shared) {
    if (cacheBytes == SHARED) {
      return new CopiedValues(shared);
    }
    return cacheBytes == 0 ? null : new CopiedValues(cacheBytes);
  }

  ValueMode valueMode() {
    return valueMode;
  }

  /**
   * Allows the types of keys and values, and what they declare.
   *
   * @throws IllegalArgumentException for a type without objects
   */
  void declare(TypeRef<?> keys, TypeRef<?> values) {
    keys.declareIn(classOptions);
    values.declareIn(classOptions);
  }

  /** Returns the options of the codec, for keys and values of types that were declared. */
  CodecOptions codec(TypeRef<?> keys, TypeRef<?> values) {
    return classOptions.build(loader(keys, values));
  }

  private ClassLoader loader(TypeRef<?> keys, TypeRef<?> values) {
    if (classLoader != null) {
      return classLoader;
    }
    ClassLoader ofValue = values.loader();
    ClassLoader ofKey = keys.loader();
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (ofValue != null) {
      return ofValue;
    }
    if (ofKey != null) {
      return ofKey;
    }
    return context != null ? context : ClassLoader.getSystemClassLoader();
  }
}
