package io.persistentmap.serializer;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How an object is made, again and again the same: by a constructor or factory, and by a method
 * that changes it or returns another.
 *
 * @param name names it in reports
 */
record Recipe(String name, Supplier<@Nullable Object> steps) {
  /** They wait, ask the network, change files or what belongs to the process, or are by chance. */
  private static final Set<String> EXCLUDED =
      Set.of(
          "wait",
          "notify",
          "notifyAll",
          "getClass",
          "take",
          "takeFirst",
          "takeLast",
          "transfer",
          "putFirst",
          "putLast",
          "now",
          "randomUUID",
          "probablePrime",
          "shuffle",
          "setDefault",
          "getByName",
          "getAllByName",
          "getLocalHost",
          "getHostName",
          "getCanonicalHostName",
          "isReachable",
          "availableCharsets",
          "getAvailableLocales",
          "getAvailableZoneIds",
          "getAvailableCurrencies",
          "getISOCountries",
          "getISOLanguages",
          "getAvailableIDs",
          "createTempFile",
          "listRoots",
          "createNewFile",
          "delete",
          "deleteOnExit",
          "mkdir",
          "mkdirs",
          "renameTo",
          "setLastModified",
          "setReadOnly",
          "setWritable",
          "setReadable",
          "setExecutable",
          "list",
          "listFiles",
          "printStackTrace",
          "save",
          "toRealPath",
          "system",
          "systemDefault",
          "getDefault",
          "fillInStackTrace",
          "parallelStream",
          "getAvailableCalendarTypes",
          "getFreeSpace",
          "getTotalSpace",
          "getUsableSpace",
          "lastModified",
          "clone");

  /** These make another object each time. */
  private static final Set<String> NOW =
      Set.of(
          "Date.new()",
          "GregorianCalendar.new()",
          "GregorianCalendar.new(Locale)",
          "GregorianCalendar.new(TimeZone)",
          "GregorianCalendar.new(TimeZone,Locale)");

  private record Key(String name, List<Class<?>> parameters) {}

  private static final Map<Class<?>, List<Method>> METHODS = new LinkedHashMap<>();

  /** Returns the object, or null if it can't be made. */
  @Nullable Object make() {
    return steps.get();
  }

  /** Returns what the public constructors and static methods of a class make. */
  static List<Recipe> ofClass(Class<?> type, int most) {
    List<Recipe> recipes = new ArrayList<>();
    List<Executable> executables = new ArrayList<>();
    if (!Modifier.isAbstract(type.getModifiers())) {
      executables.addAll(sorted(type.getConstructors()));
    }
    for (Method method : sorted(type.getDeclaredMethods())) {
      if (Modifier.isStatic(method.getModifiers())
          && Modifier.isPublic(method.getModifiers())
          && !method.getReturnType().isPrimitive()
          && !EXCLUDED.contains(method.getName())) {
        executables.add(method);
      }
    }
    for (Executable executable : executables) {
      if (NOW.contains(type.getSimpleName() + '.' + describe(executable))) {
        continue;
      }
      if (type == java.net.InetSocketAddress.class
          && executable instanceof Constructor<?>
          && executable.getParameterTypes()[0] == String.class) {
        continue; // asks the network for the name
      }
      int index = 0;
      for (List<Supplier<@Nullable Object>> arguments :
          ArgumentPool.arguments(executable.getParameterTypes(), most)) {
        String name = type.getSimpleName() + '.' + describe(executable) + '#' + index++;
        recipes.add(new Recipe(name, () -> call(executable, null, arguments)));
      }
    }
    return recipes;
  }

  private static <E extends Executable> List<E> sorted(E[] executables) {
    List<E> sorted = new ArrayList<>(Arrays.asList(executables));
    sorted.sort((a, b) -> a.toString().compareTo(b.toString()));
    return sorted;
  }

  private static String describe(Executable executable) {
    List<String> parameters =
        Arrays.stream(executable.getParameterTypes()).map(Class::getSimpleName).toList();
    String name = executable instanceof Constructor<?> ? "new" : executable.getName();
    return name + '(' + String.join(",", parameters) + ')';
  }

  /** Returns the objects that a method of this one changes, or returns. */
  List<Recipe> further(int most) {
    Object made = make();
    if (made == null) {
      return List.of();
    }
    List<Recipe> recipes = new ArrayList<>();
    for (Method method : methodsOf(made.getClass())) {
      int index = 0;
      for (List<Supplier<@Nullable Object>> arguments :
          ArgumentPool.arguments(method.getParameterTypes(), most)) {
        String name = this.name + '.' + describe(method) + '#' + index++;
        recipes.add(
            new Recipe(
                name + " changed",
                () -> {
                  Object object = make();
                  return object == null || failed(method, object, arguments) ? null : object;
                }));
        if (!method.getReturnType().isPrimitive()) {
          recipes.add(
              new Recipe(
                  name,
                  () -> {
                    Object object = make();
                    return object == null ? null : call(method, object, arguments);
                  }));
        }
      }
    }
    return recipes;
  }

  private static boolean failed(
      Method method, Object object, List<Supplier<@Nullable Object>> arguments) {
    try {
      method.invoke(object, arguments.stream().map(Supplier::get).toArray());
      return false;
    } catch (ReflectiveOperationException | IllegalArgumentException failure) {
      return true;
    }
  }

  private static @Nullable Object call(
      Executable executable, @Nullable Object target, List<Supplier<@Nullable Object>> arguments) {
    try {
      Object[] values = arguments.stream().map(Supplier::get).toArray();
      return executable instanceof Constructor<?> constructor
          ? constructor.newInstance(values)
          : ((Method) executable).invoke(target, values);
    } catch (InvocationTargetException | IllegalArgumentException refused) {
      return null;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(executable + " is public", e);
    }
  }

  /** Returns the methods that a program can call on objects of a class. */
  static List<Method> methodsOf(Class<?> type) {
    return METHODS.computeIfAbsent(type, Recipe::findMethods);
  }

  private static List<Method> findMethods(Class<?> type) {
    Map<Key, Method> found = new LinkedHashMap<>();
    for (Class<?> next = type; next != null; next = next.getSuperclass()) {
      addMethods(next, found);
    }
    List<Method> methods = new ArrayList<>(found.values());
    methods.sort((a, b) -> a.toString().compareTo(b.toString()));
    return methods;
  }

  private static void addMethods(Class<?> type, Map<Key, Method> found) {
    if (Modifier.isPublic(type.getModifiers())
        && type.getModule().isExported(type.getPackageName())) {
      for (Method method : type.getDeclaredMethods()) {
        int modifiers = method.getModifiers();
        if (Modifier.isPublic(modifiers)
            && !Modifier.isStatic(modifiers)
            && !method.isSynthetic()
            && !EXCLUDED.contains(method.getName())) {
          found.putIfAbsent(new Key(method.getName(), List.of(method.getParameterTypes())), method);
        }
      }
    }
    for (Class<?> implemented : type.getInterfaces()) {
      addMethods(implemented, found);
    }
  }

  /** Returns whether objects of a class are looked at: collections, and what is on the list. */
  static boolean isOfInterest(Object object) {
    return object instanceof Collection<?>
        || object instanceof Map<?, ?>
        || JdkTypes.of(object.getClass()) != null;
  }
}
