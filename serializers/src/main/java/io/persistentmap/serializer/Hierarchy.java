package io.persistentmap.serializer;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.AbstractCollection;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractQueue;
import java.util.AbstractSequentialList;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The classes that an object is made of: those that a user wrote, and the first of the JDK above
 * them.
 *
 * @param type the class of the object
 * @param ofUser the user's classes, subclasses first
 * @param ofJdk the class of the JDK that the last of them extends
 */
record Hierarchy(Class<?> type, List<Class<?>> ofUser, Class<?> ofJdk) {
  /** Their fields hold nothing but caches and counters. */
  private static final Set<Class<?>> STATELESS =
      Set.of(
          AbstractCollection.class,
          AbstractList.class,
          AbstractMap.class,
          AbstractQueue.class,
          AbstractSequentialList.class,
          AbstractSet.class);

  static Hierarchy of(Class<?> type) {
    List<Class<?>> ofUser = new ArrayList<>();
    Class<?> next = type;
    while (!ClassNames.isJdk(next)) {
      ofUser.add(next);
      next = next.getSuperclass();
    }
    return new Hierarchy(type, List.copyOf(ofUser), next);
  }

  /** Returns the user's class that directly extends one of the JDK. */
  Class<?> lastOfUser() {
    return ofUser.get(ofUser.size() - 1);
  }

  /** Returns a class of the JDK whose fields would be lost, or Object. */
  Class<?> stateOfJdk() {
    for (Class<?> next = ofJdk; next != Object.class; next = next.getSuperclass()) {
      if (!STATELESS.contains(next) && hasState(next)) {
        return next;
      }
    }
    return Object.class;
  }

  /** Returns whether the classes of the JDK up to Throwable add nothing to it that they keep. */
  boolean hasStateOfThrowableOnly() {
    for (Class<?> next = ofJdk; next != Throwable.class; next = next.getSuperclass()) {
      if (Arrays.stream(next.getDeclaredFields()).anyMatch(Hierarchy::isStored)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasState(Class<?> type) {
    return Arrays.stream(type.getDeclaredFields())
        .anyMatch(field -> !Modifier.isStatic(field.getModifiers()));
  }

  /** Returns the fields that are stored, ordered by name: neither static nor transient. */
  List<Field> storedFields() {
    List<Field> fields = new ArrayList<>();
    for (Class<?> declaring : ofUser) {
      for (Field field : declaring.getDeclaredFields()) {
        if (isStored(field)) {
          fields.add(field);
        }
      }
    }
    fields.sort(Comparator.comparing(Field::getName)); // stable: subclasses first
    return fields;
  }

  /** Returns whether a field is neither static nor transient. */
  static boolean isStored(Field field) {
    return (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0;
  }

  /** Returns how a schema describes the fields that are stored. */
  List<Schema.Field> describeFields() {
    return storedFields().stream().map(this::describe).toList();
  }

  private Schema.Field describe(Field field) {
    Class<?> owner = field.getDeclaringClass();
    return new Schema.Field(
        field.getType().getName(), field.getName(), owner == type ? "" : owner.getName());
  }
}
